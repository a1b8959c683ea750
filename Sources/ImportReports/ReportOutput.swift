/// The version of this package, as its reports name it.
package enum ToolVersion {
    package static let current = "0.1.0"
}

/// Where a report's bytes go.
package protocol ReportOutput {
    /// Adds bytes at the end.
    mutating func write(_ bytes: Span<UInt8>) throws

    /// Forgets all that was written.
    mutating func restart() throws

    /// Passes all that was written through `transform`, piece by piece and in order, and keeps what that appends
    /// to its second argument instead.
    mutating func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) throws
}

/// Keeps a report in memory.
package struct MemoryOutput: ReportOutput {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.bytes.append(contentsOf: $0) }
    }

    package mutating func restart() {
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) {
        var result: [UInt8] = []
        transform(bytes.span, &result)
        bytes = result
    }
}
