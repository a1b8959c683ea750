import ImportAnalysis
import ImportFoundation
import ImportInputs

/// The result of verifying a packed audit.
package struct PackVerification: Sendable {
    /// The number of problems that are listed; all are counted.
    package static let problemsListed = 1000

    /// The zip or the folder, as the user named it.
    package let name: String
    /// Whether it is a folder.
    package let isFolder: Bool
    package let bytes: Int
    /// The hash of the zip itself, or of the manifest of a folder.
    package internal(set) var sha256 = ""
    /// The version of import-audit that the manifest names; nil if there is no valid manifest.
    package internal(set) var toolVersion: String?
    /// The files of the audit that the manifest lists, and how many match it.
    package var files = Tally()
    /// Whether the manifest lists inputs. Only that of a report does.
    package var listsInputs = true
    /// The same for inputs; nil if none were named to compare with.
    package private(set) var inputs: Tally?
    /// The same for files that were sent; nil if none were named to compare with.
    package private(set) var sources: Tally?
    /// The number of inputs that were compared by name, because they could not be read and so have no hash.
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
        package enum Kind: String, Sendable, CaseIterable {
            /// Its contents differ.
            case changed
            /// It is listed but missing.
            case missing
            /// It is there but not listed.
            case extra
            /// The manifest or the zip is invalid.
            case unsound
        }

        package enum Subject: String, Sendable, CaseIterable {
            case file, input, source
        }

        package var kind: Kind
        package var subject: Subject
        package var name: String
        /// More about the problem, if there is more.
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

    /// Creates the result for a folder.
    ///
    /// - Parameters:
    ///   - bytes: the size of its manifest, of which `sha256` is the hash.
    ///   - toolVersion: nil if the manifest is not valid.
    package init(folder name: String, bytes: Int, sha256: String, toolVersion: String?) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
        self.toolVersion = toolVersion
        isFolder = true
    }

    /// Whether nothing is wrong.
    package var isVerified: Bool { problemCount == 0 }

    package mutating func add(_ problem: Problem) {
        problemCount += 1
        if problems.count < Self.problemsListed { problems.append(problem) }
    }

    /// Sets how many of the files that were sent match the manifest. Add the differences as problems.
    package mutating func begin(sources: Tally) {
        self.sources = sources
    }

    /// Sets how many of the inputs match the manifest. Add the differences as problems.
    ///
    /// - Parameter byName: the number of inputs without a hash.
    package mutating func begin(inputs: Tally, byName: Int) {
        self.inputs = inputs
        inputsByName = byName
    }
}

extension PackVerification {
    /// The value of the member `format`.
    package static let format = "import-audit.verification"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// The result for programs, ending with a line feed.
    package var json: [UInt8] { MemberTable.verification.document(self) }

    /// The JSON Schema of ``json``.
    package static var schema: [UInt8] {
        MemberTable.verification.schema.document(of: "verify --format json", version: version)
    }
}

extension MemberTable<PackVerification> {
    fileprivate static let verification = MemberTable([
        .format(PackVerification.format),
        .version(PackVerification.version),
        .written("folder", .text, ifThere: { $0.isFolder ? $0.name : nil }) { $1.value($0) },
        .written("zip", .text, ifThere: { $0.isFolder ? nil : $0.name }) { $1.value($0) },
        .writtenCount("bytes") { $0.bytes },
        // Empty if there was nothing to hash.
        .written("sha256", .text) { $1.value($0.sha256) },
        .written("verified", .flag) { $1.value($0.isVerified) },
        .written("signed", .flag) { $1.value(false) },
        .written("tool_version", .nullable(.text)) { $1.value($0.toolVersion) },
        .writtenObject("files", .fileTally) { $0.files },
        .writtenObjectOrNull("inputs", .inputTally) { $0.inputs == nil ? nil : $0 },
        .writtenObjectOrNull("sources", .fileTally) { $0.sources },
        .writtenList("problems", .problem) { $0.problems },
        .writtenCount("problem_count") { $0.problemCount },
    ])
}

extension MemberTable<PackVerification.Tally> {
    fileprivate static let fileTally = MemberTable([
        .writtenCount("listed") { $0.listed },
        .writtenCount("matching") { $0.matching },
    ])
}

extension MemberTable<PackVerification> {
    /// For a verification with inputs to compare with.
    private static let inputTally = MemberTable([
        .writtenCount("listed") { $0.inputs?.listed ?? 0 },
        .writtenCount("matching") { $0.inputs?.matching ?? 0 },
        .writtenCount("by_name") { $0.inputsByName },
    ])
}

extension MemberTable<PackVerification.Problem> {
    fileprivate static let problem = MemberTable([
        .written("kind", .oneOf(PackVerification.Problem.Kind.allCases.map { $0.rawValue })) {
            $1.value($0.kind.rawValue)
        },
        .written("subject", .oneOf(PackVerification.Problem.Subject.allCases.map { $0.rawValue })) {
            $1.value($0.subject.rawValue)
        },
        .written("name", .text) { $1.value($0.name) },
        .written("detail", .nullable(.text)) { $1.value($0.detail) },
    ])
}

extension PackVerification {
    /// The number of problems that a text lists.
    private static let linesListed = 50

    /// The result for people at a terminal, ending with a line feed.
    ///
    /// - Parameter usesColor: marks the result in color; the words are the same without.
    package func text(usesColor: Bool) -> [UInt8] {
        let word = isVerified ? "verified" : "NOT VERIFIED"
        let mark = usesColor ? "\u{1B}[\(isVerified ? "1;32" : "1;31")m\(word)\u{1B}[0m" : word
        var text = "\(shownText(name)): \(mark)\n"
        text += "  sha256   \(sha256)\(isFolder ? " (of manifest.jsonl)" : "")\n"
        if let toolVersion { text += "  made by  import-audit \(shownText(toolVersion)), as it says itself\n" }
        text += "  files    \(sentence(files, .file))\n"
        if let inputs {
            text += "  inputs   \(sentence(inputs, .input))"
            if inputsByName > 0 {
                let count = Wording.grouped(inputsByName)
                let names = inputsByName == 1 ? "its name was" : "their names were"
                text += "; \(count) could not be read when the audit was made, and only \(names) compared"
            }
            text += "\n"
        } else {
            let words = listsInputs ? "not compared: name them after the \(isFolder ? "folder" : "zip")" : Self.noInputs
            text += "  inputs   \(words)\n"
        }
        if let sources { text += "  sources  \(sentence(sources, .source))\n" }
        for problem in problems.prefix(Self.linesListed) { text += "  \(problem.line)\n" }
        let more = problemCount - min(problems.count, Self.linesListed)
        if more > 0 { text += "  and \(Wording.grouped(more)) more\n" }
        text += "\(statement)\n"
        return Array(text.utf8)
    }

    /// What was proved, and what was not.
    package var statement: String { Wording.verification(isVerified: isVerified, isFolder: isFolder) }

    private static let noInputs = "the manifest lists none"

    private func sentence(_ tally: Tally, _ noun: Wording.Noun) -> String {
        if tally.listed == 0 { return Self.noInputs }
        if tally.listed == 1, tally.matching == 0 { return "the one \(noun.one) does not match the manifest" }
        return Wording.part(tally.matching, of: tally.listed, noun, "matches the manifest", "match the manifest")
    }
}

extension PackVerification.Problem {
    fileprivate var line: String {
        let word =
            switch (kind, subject) {
            case (.changed, .file): "changed:      "
            case (.missing, .file): "missing:      "
            case (.extra, .file): "not listed:   "
            case (.unsound, _): "not sound:    "
            case (.changed, .input): "input changed:"
            case (.missing, .input): "input missing:"
            case (.extra, .input): "other input:  "
            case (.changed, .source): "source changed:"
            case (.missing, .source): "source missing:"
            case (.extra, .source): "other source: "
            }
        return "\(word) \(shownText(name))\(detail.map { " (\(shownText($0)))" } ?? "")"
    }
}
