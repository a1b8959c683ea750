private import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs

/// Reads inputs one after another, and passes on the result of each document in them.
struct InputReading: ~Copyable {
    private let containers = ContainerReader()
    private var session: DumpSession
    private var documents: Documents

    init(_ options: Audit.Options, _ handOn: @escaping (Audit.Entry) throws -> Void) throws(AuditError) {
        var reader = DumpReader(hashing: options.hashes)
        if let name = options.encoding {
            guard let encoding = TextEncoding(name: name) else {
                throw AuditError(.unknownEncoding, "“\(name)” is not an encoding that import-audit knows.")
            }
            reader.encoding = encoding
        }
        session = DumpSession(reader)
        documents = Documents(options, handOn)
    }

    /// Reads a path.
    ///
    /// - Throws: ``AuditError`` if it cannot be opened, or any error that the receiver throws.
    mutating func read(path: String) throws {
        // The path would be cut off there, and name something else.
        guard !path.utf8.contains(0) else { throw AuditError(.noInput, "A path cannot contain U+0000.") }
        // Only the command treats this as standard input.
        for item in InputTree([path == "-" ? "./-" : path]) {
            switch item {
            case .file(let file, _):
                let descriptor: Int32
                do throws(ReadFailure) {
                    descriptor = try file.open()
                } catch {
                    if file == InputPath(path) { throw AuditError(.noInput, "\(path): \(error.description)") }
                    try documents.refuse(file.shown, error.description)
                    continue
                }
                defer { close(descriptor) }
                try containers.read(descriptor: descriptor, name: file.shown) { try read($0) }
            case .passedOver(let path, let reason):
                try documents.refuse(path.shown, reason.explanation, isExpected: reason.isExpected)
            case .unavailable(_, let failure):
                throw AuditError(.noInput, "\(path): \(failure.description)")
            case .standardInput: break
            }
        }
    }

    /// Reads bytes.
    mutating func read(bytes: [UInt8], named name: String) throws {
        try containers.read(ArraySource(bytes), name: name) { try read($0) }
    }

    private mutating func read(_ item: ContainerItem) throws {
        try AuditError.throwIfCancelled()
        switch item {
        case .stream(let source, let bytes):
            documents.begin(source)
            try session.read(from: bytes, into: &documents)
        case .refused(let source, .ownOutput(let own)):
            try documents.passOver(own, source)
        case .refused(let source, let reason):
            try documents.refuse(source, reason.explanation, isExpected: reason.isExpected)
        }
    }
}

/// Audits the documents of a stream.
private struct Documents: AuditingSink {
    private let handOn: (Audit.Entry) throws -> Void
    let isStrict: Bool
    var audit: DocumentAudit
    private(set) var source = ""

    init(_ options: Audit.Options, _ handOn: @escaping (Audit.Entry) throws -> Void) {
        self.handOn = handOn
        isStrict = options.refusesDamagedDumps
        let identity = options.findsRepeatedRecords ? IdentityAudit(usesThread: false) { MemorySpill() } : nil
        audit = DocumentAudit(identity: identity, usesThread: true, listsRows: options.listsFailedRows)
    }

    mutating func begin(_ source: String) {
        self.source = source
        audit.restart()
    }

    func refuse(_ source: String, _ reason: String, isExpected: Bool = false) throws {
        try handOn(.unreadable(Audit.UnreadInput(source: source, reason: reason, isExpected: isExpected)))
    }

    func passOver(_ own: OwnOutput, _ source: String) throws {
        try handOn(.ownOutput(Audit.UnreadInput(source: source, reason: own.explanation)))
    }

    func checkIsWanted() throws { try AuditError.throwIfCancelled() }

    func take(_ document: AuditedDocument, named name: String) throws {
        switch document {
        case .job(let summary): try handOn(.job(Audit.Job(summary)))
        case .damaged(let fault):
            try refuse(name, "The dump \(fault.sentence). It is refused, because only complete dumps are accepted.")
        case .notAJob(let other): try refuse(name, other.explanation)
        case .ownOutput(let own): try passOver(own, name)
        }
    }
}

extension AuditError {
    fileprivate static func throwIfCancelled() throws(AuditError) {
        if Task.isCancelled { throw AuditError(.cancelled, "The task was cancelled.") }
    }
}

/// Keeps spilled ids in memory, because a library does not create files.
private final class MemorySpill: IDSpill {
    private var bytes: [UInt8] = []

    func append(_ more: Span<UInt8>) -> Int {
        let offset = bytes.count
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        return offset
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) {
        for index in target.indices { target[index] = bytes[offset + index] }
    }
}
