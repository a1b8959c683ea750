/// What a packed audit says of itself: `MANIFEST.json`, and `SHA256SUMS` for those who have no import-audit.
package enum PackManifest {
    package static let file = "MANIFEST.json"
    package static let sumsFile = "SHA256SUMS"
    /// The value of the member `format`.
    package static let format = "import-audit.pack"
    /// Raised when a member changes its meaning; new ones may come at any time.
    package static let version = 1

    /// A line of `SHA256SUMS`, as `sha256sum --check` reads it.
    package static func sumsLine(_ path: String, sha256: String) -> [UInt8] {
        Array("\(sha256)  \(path)\n".utf8)
    }
}

/// A dump that an audit is about, or an input that is none.
package struct PackInput: Sendable, Equatable {
    package var source: String
    /// Of the dump alone, decompressed; nil where there was nothing to read whole.
    package var bytes: Int?
    package var sha256: String?
    package var state: State
    /// Why it is no dump, if it is none.
    package var reason: String?

    package enum State: String, Sendable {
        case audited
        /// Another dump of the job counts.
        case superseded
        case unreadable
    }

    package init(source: String, bytes: Int?, sha256: String?, state: State, reason: String? = nil) {
        self.source = source
        self.bytes = bytes
        self.sha256 = sha256
        self.state = state
        self.reason = reason
    }
}

/// A file as it lies on a disk or in the zip.
package struct PackedFile: Sendable, Equatable {
    package var path: String
    package var bytes: Int
    package var sha256: String

    package init(path: String, bytes: Int, sha256: String) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}
