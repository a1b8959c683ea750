import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports
import Synchronization

/// Compares dumps with those that a manifest lists: by their hashes, or by name if there is no hash.
///
/// Among several inputs with the same content, those with the listed names match first, then those that come first. The
/// result does not depend on which of them a thread read first. Memory grows with the inputs of the manifest, about 60
/// bytes each, and with the inputs that are not listed, or not under their present name.
final class InputComparison: Sendable {
    /// The maximum number of listed inputs. Only a malicious manifest has more.
    private static let inputLimit = 1 << 24

    private struct State {
        /// How many times each input is listed and has not yet been found under its name.
        var expected: [ListedInput: Int] = [:]
        var tally = PackVerification.Tally()
        var byName = 0
        /// Inputs that are not listed, or not under this name.
        var others: [OtherInput] = []
        var status = ExitStatus.done
        /// The files that were sent.
        var sources: [PackedFile] = []
    }

    private let state = Lock(State())

    /// 66 if an input does not exist or may not be read; 65 if one changed while it was read.
    var status: ExitStatus { state.withLock { $0.status } }

    /// Adds an input that the manifest lists.
    func expect(_ listed: ListedInAudit) throws(CommandFailure) {
        switch listed {
        case .input(let input): try expect(input)
        case .source(let file): state.withLock { $0.sources.append(file) }
        }
    }

    private func expect(_ input: PackInput) throws(CommandFailure) {
        let isTooMany = state.withLock { state in
            state.expected[ListedInput(input.source, sha256: input.sha256), default: 0] += 1
            state.tally.listed += 1
            state.byName += input.sha256 == nil ? 1 : 0
            return state.tally.listed > Self.inputLimit
        }
        if isTooMany {
            throw CommandFailure(
                .inputNotReadWhole, "the manifest lists more than \(Wording.grouped(Self.inputLimit)) inputs")
        }
    }

    /// Reads inputs as `report` does; false if it was interrupted.
    ///
    /// - Parameter output: files that are not inputs, wherever they are.
    func read(_ inputs: [String], _ options: some WorkChoices, leavingOut output: OutputPlace?) throws -> Bool {
        let run = try InputRun(inputs, options, hashing: true, names: .plain, output: output) {
            self.state.withLock { (jobs: $0.tally.matching, problems: $0.others.count) }
        }
        if case .interrupted = try run.run({ InputComparisonHandler(self) }) { return false }
        return true
    }

    /// Notes that an input changed while it was read.
    func noteChange() { state.withLock { $0.status = $0.status.orWorse(.inputNotReadWhole) } }

    /// Takes in an input that was read.
    ///
    /// - Parameter sha256: nil if it could not be read completely.
    func found(_ source: String, sha256: String?, _ order: DocumentOrder, _ status: ExitStatus = .done) {
        state.withLock { state in
            if status == .noInput { state.status = .noInput }
            let input = ListedInput(source, sha256: sha256)
            if state.expected.removeOne(input) {
                state.tally.matching += 1
            } else {
                state.others.append(OtherInput(order: order, source: source, key: input.key))
            }
        }
    }

    /// Compares files with those that were sent, and reports the differences.
    ///
    /// - Throws: 66 if one cannot be read.
    func concludeSources(_ paths: [String], in verification: inout PackVerification) throws {
        var missing = state.withLock { $0.sources }
        let listed = missing.count
        let sizes = Set(missing.map { $0.bytes })
        var others: [String] = []
        for path in paths {
            guard let file = try InputFingerprint(of: InputPath(path), among: sizes) else {
                throw CommandFailure(.noInput, of: path, "this is not a file that can be read")
            }
            if let index = missing.firstIndex(where: { $0.sha256 == file.sha256 && $0.bytes == file.bytes }) {
                missing.remove(at: index)
            } else {
                others.append(path)
            }
        }
        verification.begin(sources: .init(listed: listed, matching: listed - missing.count))
        for file in missing {
            // An extra input with the name of a missing one was changed.
            let changed = others.firstIndex { $0.utf8.elementsEqual(file.path.utf8) }
            if let changed { others.remove(at: changed) }
            verification.add(.init(changed == nil ? .missing : .changed, .source, file.path))
        }
        for path in others { verification.add(.init(.extra, .source, path)) }
    }

    /// Reports the differences of the inputs.
    ///
    /// - Parameter forEachListed: hands out what the manifest lists, to name what was not found.
    func conclude(
        in verification: inout PackVerification, forEachListed: ((ListedInAudit) throws -> Void) throws -> Void
    ) throws {
        var (tally, byName, expected) = state.withLock { ($0.tally, $0.byName, $0.expected) }
        var missing: [InputKey: Int] = [:]
        for (input, count) in expected { missing[input.key, default: 0] += count }
        let others = state.withLock { $0.others }.sorted { $0.order < $1.order }
            .filter { !missing.removeOne($0.key) }
        tally.matching = tally.listed - missing.values.reduce(0, +)
        // An extra input with the name of a missing one was changed.
        var names: [ExactText: Int] = [:]
        for other in others { names[ExactText(other.source), default: 0] += 1 }
        verification.begin(inputs: tally, byName: byName)
        if !missing.isEmpty {
            try forEachListed { item in
                guard case .input(let input) = item else { return }
                let listed = ListedInput(input.source, sha256: input.sha256)
                guard expected.removeOne(listed), missing.removeOne(listed.key) else { return }
                let isThere = names[ExactText(input.source), default: 0] > 0
                if isThere { names[ExactText(input.source), default: 0] -= 1 }
                verification.add(.init(isThere ? .changed : .missing, .input, input.source))
            }
        }
        for other in others where names[ExactText(other.source), default: 0] > 0 {
            names[ExactText(other.source), default: 0] -= 1
            verification.add(.init(.extra, .input, other.source))
        }
    }
}

extension Dictionary where Value == Int {
    /// Decrements a count; false if there is none.
    fileprivate mutating func removeOne(_ key: Key) -> Bool {
        guard let count = self[key] else { return false }
        self[key] = count > 1 ? count - 1 : nil
        return true
    }
}

private struct OtherInput {
    let order: DocumentOrder
    let source: String
    let key: InputKey
}

/// What identifies an input, and a hash of its name.
private struct ListedInput: Hashable {
    let key: InputKey
    private let name: UInt64

    init(_ source: String, sha256: String?) {
        key = InputKey(source, sha256: sha256)
        name = TextHash.hash(source.utf8Span.span)
    }
}

/// What identifies an input.
private enum InputKey: Hashable {
    case hash(SHA256Digest)
    /// An unreadable input has no hash. It may be in another folder now.
    case name(ExactText)

    init(_ source: String, sha256: String?) {
        if let sha256, let digest = SHA256Digest(hexadecimal: sha256) {
            self = .hash(digest)
        } else {
            let last = source.utf8.split(separator: UInt8(ascii: "/")).last
            self = .name(ExactText(bytes: last.map { Array($0) } ?? []))
        }
    }
}

/// Hands each document that is read to the comparison.
private struct InputComparisonHandler: DocumentHandler {
    private let comparison: InputComparison
    private var source = ""
    private var order = DocumentOrder(input: 0)
    private var hasReadFailure = false

    init(_ comparison: InputComparison) {
        self.comparison = comparison
    }

    mutating func begin(source: String, order: DocumentOrder) {
        self.source = source
        self.order = order
    }

    func noteChange() { comparison.noteChange() }

    /// It cannot be told whether the document refused next differs from the listed one.
    mutating func noteReadFailure() { hasReadFailure = true }

    // A pack lists none of these.
    func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) {}

    mutating func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) {
        if hasReadFailure { Console.complain("\(source): \(reason)") }
        comparison.found(source, sha256: nil, order, hasReadFailure ? .noInput : status)
        hasReadFailure = false
    }

    func beginRows(of job: DeclaredJob) {}

    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        if Interruption.isRequested { throw Interrupted() }
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
        defer { order.document += 1 }
        let name = source + position.suffix
        let sha256: String?
        let explanation: String?
        switch reading {
        case .job(let dump):
            sha256 = dump.sha256
            explanation = dump.fault.map { "The dump \($0.sentence)." }
        case .notAJob(let other):
            if case .ownOutput = other.reason { return }
            sha256 = other.sha256
            explanation = other.explanation
        }
        // It cannot be told whether the file has changed.
        if reading.isCutBySystem, let explanation { Console.complain("\(name): \(explanation)") }
        comparison.found(
            name, sha256: sha256, order, reading.isCutBySystem ? .noInput : .done)
    }
}
