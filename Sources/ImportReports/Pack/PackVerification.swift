/// What the verification of a packed audit came to.
package struct PackVerification: Sendable {
    /// Problems that are listed; all are counted.
    package static let problemsListed = 1000

    /// The zip or the folder, as its user named it.
    package let name: String
    /// Whether it is a folder.
    package let isFolder: Bool
    package let bytes: Int
    /// Of the zip itself; of the manifest of a folder.
    package internal(set) var sha256 = ""
    /// The version of import-audit that the manifest names; nil if there is no sound one.
    package internal(set) var toolVersion: String?
    /// Files of the audit that the manifest lists, and how many of them are as it says.
    package var files = Tally()
    /// The same of inputs; nil if none were named to compare with.
    package private(set) var inputs: Tally?
    /// Inputs of which there is no hash, as they could not be read: they were compared by name.
    package private(set) var inputsByName = 0
    package private(set) var problems: [Problem] = []
    package private(set) var problemCount = 0

    package struct Tally: Sendable, Equatable {
        package var listed = 0
        package var matching = 0

        package init(listed: Int = 0, matching: Int = 0) {
            self.listed = listed
            self.matching = matching
        }
    }

    package struct Problem: Sendable, Equatable {
        package enum Kind: String, Sendable {
            /// Its contents are others.
            case changed
            /// It is listed, and not there.
            case missing
            /// It is there, and not listed.
            case extra
            /// What the pack says of itself does not hold.
            case unsound
        }

        package enum Subject: String, Sendable {
            case file, input
        }

        package var kind: Kind
        package var subject: Subject
        package var name: String
        /// More about it, if there is more.
        package var detail: String?

        package init(_ kind: Kind, _ subject: Subject, _ name: String, detail: String? = nil) {
            self.kind = kind
            self.subject = subject
            self.name = name
            self.detail = detail
        }
    }

    init(name: String, bytes: Int) {
        self.name = name
        self.bytes = bytes
        isFolder = false
    }

    /// Of a folder.
    ///
    /// - Parameters:
    ///   - bytes: of its manifest, as the hash.
    ///   - toolVersion: nil if the manifest is not sound.
    package init(folder name: String, bytes: Int, sha256: String, toolVersion: String?) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
        self.toolVersion = toolVersion
        isFolder = true
    }

    /// Nothing is wrong.
    package var isVerified: Bool { problemCount == 0 }

    package mutating func add(_ problem: Problem) {
        problemCount += 1
        if problems.count < Self.problemsListed { problems.append(problem) }
    }

    /// Takes in how many inputs are the ones of the manifest. What differs is to be added.
    ///
    /// - Parameter byName: how many have no hash.
    package mutating func begin(inputs: Tally, byName: Int) {
        self.inputs = inputs
        inputsByName = byName
    }
}
