import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction

/// The work of one thread: reads inputs from the queue with its own session.
struct InputWorker<Handler: DocumentHandler>: ~Copyable {
    private let queue: WorkQueue
    private let progress: InputProgress
    private let containers = ContainerReader()
    private var session: DumpSession
    private var handler: Handler
    private let front = SourceFront()
    private var handedBack = HandedBackFiles()
    /// Entries of the current archive, collected until they are offered to other threads together.
    private var unpacked = UnpackedEntries()
    /// Makes the names under which inputs are shown. No other name of an input leaves this type, except to select jobs.
    private let names: SourceNames
    /// Compares the inputs with those of other passes; nil if there are none.
    private let reread: RereadInputs?

    init(
        queue: WorkQueue, reader: DumpReader, progress: InputProgress, names: SourceNames, reread: RereadInputs?,
        handler: Handler
    ) {
        self.names = names
        self.reread = reread
        self.queue = queue
        self.progress = progress
        self.handler = handler
        session = DumpSession(reader)
    }

    /// Works until there is nothing left to do.
    mutating func work(from first: WorkQueue.Item) throws {
        var next: WorkQueue.Item? = first
        while let item = next {
            try read(item)
            next = queue.next()
        }
        try handler.finish()
    }

    private mutating func read(_ item: WorkQueue.Item) throws {
        defer { queue.finish(item) }
        switch item {
        case .entries(var entries): try read(&entries)
        case .inputs(let inputs):
            for (input, number) in inputs { try read(input, number) }
        }
    }

    private mutating func read(_ input: InputTreeItem, _ number: Int) throws {
        let order = DocumentOrder(input: number)
        switch input {
        case .standardInput:
            try read(descriptor: STDIN_FILENO, name: "-", number)
        case .file(let path, let size):
            try reread?.see(path, number)
            if try handler.isKnown(path, size: size, number: number) { return }
            let descriptor: Int32
            do throws(ReadFailure) {
                descriptor = try path.open()
            } catch {
                return try refuse(path.shown, error.description, order, .noInput)
            }
            defer { close(descriptor) }
            let state = InputState(descriptor)
            handler.open(as: state)
            let isSmall = size.map { $0 <= SourceFront.smallFileBytes } ?? false
            if handedBack.contain(path, descriptor) {
                var order = order
                order.entry += 1
                try handler.passOver(.rejects, source: names.shown(path.shown), order: order)
            } else if try !isSmall || !readPlainDump(descriptor, path, number) {
                try read(descriptor: descriptor, name: path.shown, number, isSmall: isSmall)
            }
            try reread?.check(path, number)
            try handler.end(path, number: number)
            // This checks the file that was opened. Another file that has taken its name since is for the next run.
            if let state, InputState(descriptor) != state {
                Console.complain("\(names.shown(path.shown)): \(InputState.complaint)")
                handler.noteChange()
            }
        case .passedOver(let path, let reason):
            try handler.refuse(
                source: names.shown(path.shown), reason: reason.explanation, order: order,
                status: reason.isExpected ? .done : .inputNotReadWhole)
        case .unavailable(let path, let failure):
            try refuse(path.shown, failure.description, order, .noInput)
        }
    }

    /// Refuses an input that cannot be opened, and reports it at once.
    private mutating func refuse(
        _ name: String, _ reason: String, _ order: DocumentOrder, _ status: ExitStatus
    ) throws {
        let name = names.shown(name)
        Console.complain(once: "\(name): \(reason)")
        try handler.refuse(source: name, reason: reason, order: order, status: status)
    }

    private var readsPlainDumps: Bool { handler.plainJobs != .none && session.readsPlainDumps }

    /// Reads a small file in a single step if it contains one plain job. Otherwise does nothing and returns false.
    private mutating func readPlainDump(_ descriptor: Int32, _ path: InputPath, _ number: Int) throws -> Bool {
        guard readsPlainDumps else { return false }
        if let bytes = unsafe front.read(wholeFile: descriptor),
            try unsafe readPlainDump(bytes, path.shown, DocumentOrder(input: number))
        {
            progress.add(bytes.count)
            return true
        }
        lseek(descriptor, 0, SEEK_SET)
        return false
    }

    private mutating func readPlainDump(
        _ bytes: UnsafeBufferPointer<UInt8>, _ source: String, _ order: DocumentOrder
    ) throws -> Bool {
        handler.expect(source)
        handler.begin(source: names.shown(source), order: order)
        return try unsafe session.readPlainDump(bytes, into: &handler)
    }

    /// - Parameter isSmall: whether the contents are probably small, because the file is.
    private mutating func read(descriptor: Int32, name: String, _ number: Int, isSmall: Bool = false) throws {
        var order = DocumentOrder(input: number)
        try containers.read(descriptor: descriptor, name: name, progress: progress) { item in
            switch item {
            case .stream(let source, let bytes) where source.utf8.elementsEqual(name.utf8):
                if isSmall { try readFronted(bytes, source, order) } else { try read(bytes, source, order) }
            case .stream(let source, let bytes):
                order.entry += 1
                try readEntry(bytes, source, order)
            case .refused(let source, let reason):
                order.entry += 1
                if case .ownOutput(let own) = reason {
                    return try handler.passOver(own, source: names.shown(source), order: order)
                }
                if reason.isOfSystem { handler.noteReadFailure() }
                try handler.refuse(
                    source: names.shown(source), reason: names.shown(reason).explanation, order: order,
                    status: reason.isExpected ? .done : .inputNotReadWhole)
            }
        }
        try handOnUnpacked()
    }

    /// Reads an archive's entry, or leaves it to another thread.
    private mutating func readEntry(_ bytes: any ByteSource, _ source: String, _ order: DocumentOrder) throws {
        guard queue.sharesEntries else { return try readFronted(bytes, source, order) }
        let front = front.read(from: bytes)
        guard front.isWhole else { return try read(front.source, source, order) }
        unsafe unpacked.append(front.bytes, source: source, order: order)
        if unpacked.isFull { try handOnUnpacked() }
    }

    /// Offers the unpacked entries to another thread, or reads them.
    private mutating func handOnUnpacked() throws {
        guard !unpacked.entries.isEmpty else { return }
        var entries = unpacked
        unpacked = UnpackedEntries()
        if !queue.offer(entries) { try read(&entries) }
    }

    private mutating func read(_ entries: inout UnpackedEntries) throws {
        try unsafe entries.visit { entry, bytes in
            if try unsafe readsPlainDumps && readPlainDump(bytes, entry.source, entry.order) { return }
            try unsafe read(ArraySource(Array(bytes)), entry.source, entry.order)
        }
    }

    /// Reads a source that may be small. A single plain job is read in a single step.
    private mutating func readFronted(_ bytes: any ByteSource, _ source: String, _ order: DocumentOrder) throws {
        guard readsPlainDumps else { return try read(bytes, source, order) }
        let front = front.read(from: bytes)
        if front.isWhole, try unsafe readPlainDump(front.bytes, source, order) { return }
        try read(front.source, source, order)
    }

    private mutating func read(_ bytes: any ByteSource, _ source: String, _ order: DocumentOrder) throws {
        if Interruption.isRequested { throw Interrupted() }
        handler.expect(source)
        handler.begin(source: names.shown(source), order: order)
        let idleThreads = queue.idleThreads
        try session.read(from: bytes, readsAhead: idleThreads > 0, helpers: idleThreads, into: &handler)
    }
}

/// What a thread does with the documents that it reads.
protocol DocumentHandler: DumpSink, SendableMetatype {
    /// Notes the own name of the stream that begins next, by which jobs are selected. It is not shown.
    mutating func expect(_ name: String)

    /// Begins a stream, to which the documents that follow belong.
    mutating func begin(source: String, order: DocumentOrder)

    /// Returns whether a file need not be read, because its contents are known.
    ///
    /// - Parameter size: in bytes; nil if it is not a regular file.
    mutating func isKnown(_ input: InputPath, size: Int?, number: Int) throws -> Bool

    /// Notes that a file was opened and is about to be read.
    ///
    /// - Parameter state: the state of the file before it is read; nil if it is not a regular file.
    mutating func open(as state: InputState?)

    /// Notes that a file was read to its end, apart from entries of an archive that were left to other threads.
    mutating func end(_ input: InputPath, number: Int) throws

    /// Notes that an input changed while it was read, so that its data may mix two states. This has already been
    /// reported.
    func noteChange()

    /// Notes that the system refused a read of the current input, which may therefore contain more. The input is
    /// refused next.
    mutating func noteReadFailure()

    /// Drops the document whose rows were just consumed. It is not wanted, but still counts in the order of documents.
    mutating func leaveOutDocument() throws

    /// Notes a file that this program wrote. It is not a dump, so nothing is missing.
    mutating func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) throws

    /// Notes an input or document that is not read.
    ///
    /// - Parameter status: its effect on the exit status.
    mutating func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws

    /// Completes the work of the thread, which has read everything.
    mutating func finish() throws
}

extension DocumentHandler {
    func expect(_ name: String) {}

    func isKnown(_ input: InputPath, size: Int?, number: Int) -> Bool { false }

    func open(as state: InputState?) {}

    func end(_ input: InputPath, number: Int) {}

    func noteReadFailure() {}

    mutating func finish() throws {}

    func leaveOutDocument() {}
}

/// A handler between the parser and another handler, to which it forwards whatever it does not handle itself.
protocol ForwardingHandler: DocumentHandler {
    associatedtype Base: DocumentHandler
    var base: Base { get set }
}

extension ForwardingHandler {
    mutating func begin(source: String, order: DocumentOrder) { base.begin(source: source, order: order) }

    mutating func isKnown(_ input: InputPath, size: Int?, number: Int) throws -> Bool {
        try base.isKnown(input, size: size, number: number)
    }

    mutating func open(as state: InputState?) { base.open(as: state) }

    mutating func end(_ input: InputPath, number: Int) throws { try base.end(input, number: number) }

    func noteChange() { base.noteChange() }

    mutating func noteReadFailure() { base.noteReadFailure() }

    mutating func leaveOutDocument() throws { try base.leaveOutDocument() }

    mutating func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) throws {
        try base.passOver(own, source: source, order: order)
    }

    mutating func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws {
        try base.refuse(source: source, reason: reason, order: order, status: status)
    }

    mutating func finish() throws { try base.finish() }
}

/// The position of a document among all documents of a run. Results are sorted by it, whichever thread had them first.
struct DocumentOrder: Comparable, Hashable, Sendable {
    /// The number of the input, in the order of the arguments and of the contents of folders.
    var input: Int
    /// The number of the archive's entry; 0 for a plain input.
    var entry = 0
    /// The number of the document in that input or entry.
    var document = 0

    static func < (left: DocumentOrder, right: DocumentOrder) -> Bool {
        (left.input, left.entry, left.document) < (right.input, right.entry, right.document)
    }
}
