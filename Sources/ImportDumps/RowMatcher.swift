internal import CRowScan

/// The fast path through `results`, for rows that resemble earlier ones.
@safe
struct RowMatcher: ~Copyable {
    /// The maximum number of runs that are delivered together.
    private static let capacity = 512

    private let kernel: RowKernel
    private var shapes = RowShapes()
    /// The runs that the kernel found, and the same runs for the consumers of rows.
    private let found: UnsafeMutablePointer<rowscan_run>
    private let runs: UnsafeMutableBufferPointer<RowRun>

    init(kernel: RowKernel) {
        self.kernel = kernel
        unsafe found = .allocate(capacity: Self.capacity)
        unsafe found.initialize(repeating: rowscan_run(), count: Self.capacity)
        unsafe runs = .allocate(capacity: Self.capacity)
        unsafe runs.initialize(repeating: RowRun(firstRow: 0, facts: []))
    }

    deinit {
        unsafe found.deallocate()
        unsafe runs.deallocate()
    }

    /// Delivers as many rows as match a shape, from the window's position on, where a row must begin. Then moves past
    /// the comma and white space after them.
    ///
    /// - Parameter rowCount: the number of rows delivered so far, which is increased.
    /// - Returns: whether any rows were delivered.
    mutating func deliverRows(
        of window: inout ByteWindow, rowCount: inout Int, to sink: any DumpReceiver
    ) throws -> Bool {
        guard shapes.wantsToMatch() else { return false }
        var foundAny = false
        while true {
            let bytes = unsafe window.bytes
            let result = unsafe kernel.functions.pointee.scan(
                shapes.shapes, UInt32(shapes.count), bytes.baseAddress, UInt32(window.position),
                UInt32(window.count), found, UInt32(Self.capacity))
            let count = Int(result.run_count)
            guard count > 0 else { return foundAny }
            foundAny = true
            window.position = Int(result.offset)
            for index in 0..<count {
                let run = unsafe found[index]
                unsafe runs[index] = shapes.run(run, firstRow: rowCount + 1)
                rowCount += Int(run.count)
            }
            let delivered = unsafe UnsafeBufferPointer(rebasing: runs[..<count])
            try unsafe sink.consume(delivered.span, text: bytes.span)
            guard count == Self.capacity else { return true }
        }
    }

    /// Learns from a row that the strict reader has just read.
    ///
    /// - Parameters:
    ///   - layout: the positions in the row; its range ends with the row, before the comma.
    mutating func learn(from layout: RowLayout, facts: RowFacts, in window: borrowing ByteWindow) {
        // Other rows each have something to be noted; rows of bulk jobs, that they belong to one.
        guard facts.isSubset(of: [.created, .existing, .error, .code]), shapes.wantsToLearn() else {
            return
        }
        var layout = layout
        // Extend the range to where the next row begins.
        guard let end = window.endOfSeparator(from: layout.range.upperBound) else { return }
        layout.range = layout.range.lowerBound..<end
        unsafe shapes.learn(layout, facts: facts, from: window.bytes)
    }
}

extension ByteWindow {
    /// Returns the index after a comma and the white space around it, if an object begins there; nil if it does not, or
    /// if the window ends before.
    fileprivate func endOfSeparator(from start: Int) -> Int? {
        var index = start
        var commas = 0
        while index < count {
            switch self[index] {
            case 0x20, 0x09, 0x0A, 0x0D: break
            case UInt8(ascii: ",") where commas == 0: commas = 1
            case UInt8(ascii: "{") where commas == 1: return index
            default: return nil
            }
            index += 1
        }
        return nil
    }
}

/// The row shapes that a dump has shown so far, against which kernels match rows.
@safe
struct RowShapes: ~Copyable {
    /// The number of shapes kept. Dumps have two to four: created, existing, failed with and without an id.
    private static let capacity = 8
    private static let maximumInterval = 64

    /// What the rows of a shape have in common.
    struct Common {
        var facts: RowFacts = []
        var hasID = false
        var code = TextSlot.absent
        var message = TextSlot.absent
        /// The number of bytes from one row to the next, if the shape has no texts.
        var stride = 0
        /// When it last matched a row; 0 if never.
        var lastUse = 0
    }

    /// The code or message of a shape.
    enum TextSlot {
        case absent
        /// It is present but empty.
        case empty
        /// The text with this number in the shape.
        case text(Int)
    }

    let shapes: UnsafeMutablePointer<rowscan_shape>
    private let common: UnsafeMutablePointer<Common>
    private(set) var count = 0
    private var clock = 0

    // If shapes do not recur, learning is wasted: the more shapes were learned in vain, the rarer it becomes.
    private var learningInterval = 1
    private var rowsUntilLearning = 0

    // In that case, trying the shapes on each row is not worthwhile either.
    private var misses = 0

    init() {
        unsafe shapes = .allocate(capacity: Self.capacity)
        unsafe shapes.initialize(repeating: rowscan_shape(), count: Self.capacity)
        unsafe common = .allocate(capacity: Self.capacity)
        unsafe common.initialize(repeating: Common(), count: Self.capacity)
    }

    deinit {
        unsafe shapes.deallocate()
        unsafe common.deallocate()
    }

    /// Whether it is worth trying to match the next row.
    mutating func wantsToMatch() -> Bool {
        guard count > 0 else { return false }
        misses += 1
        return misses <= 16 || misses % 8 == 0
    }

    /// Converts a run found by a kernel for the consumers of rows.
    @inline(__always)
    mutating func run(_ run: rowscan_run, firstRow: Int) -> RowRun {
        clock += 1
        learningInterval = 1
        misses = 0
        unsafe common[Int(run.shape)].lastUse = clock
        let shape = unsafe common[Int(run.shape)]
        func text(_ slot: TextSlot) -> TextRange? {
            switch slot {
            case .absent: nil
            case .empty: TextRange(offset: Int(run.offset), count: 0)
            case .text(0): TextRange(offset: Int(run.text_offset.0), count: Int(run.text_length.0))
            case .text: TextRange(offset: Int(run.text_offset.1), count: Int(run.text_length.1))
            }
        }
        return RowRun(
            firstRow: firstRow, count: Int(run.count), facts: shape.facts,
            id: shape.hasID ? TextRange(offset: Int(run.id_offset), count: 36) : nil, idStride: shape.stride,
            code: text(shape.code), message: text(shape.message))
    }

    /// Whether the row that was just read is worth learning from.
    mutating func wantsToLearn() -> Bool {
        guard rowsUntilLearning == 0 || learningInterval == 1 else {
            rowsUntilLearning -= 1
            return false
        }
        return true
    }

    /// Learns a shape. If there is no room, it replaces the least recently used one.
    mutating func learn(_ layout: RowLayout, facts: RowFacts, from bytes: UnsafeBufferPointer<UInt8>) {
        var slot = count
        if count == Self.capacity {
            slot = (0..<count).min { unsafe common[$0].lastUse < common[$1].lastUse } ?? 0
            if unsafe common[slot].lastUse == 0 {
                learningInterval = min(learningInterval * 2, Self.maximumInterval)
            }
        }
        rowsUntilLearning = learningInterval - 1
        guard unsafe layout.write(to: shapes + slot, from: bytes) else { return }
        unsafe common[slot] = Common(
            facts: facts, hasID: layout.id != nil, code: layout.slot(of: layout.code),
            message: layout.slot(of: layout.message), stride: layout.range.count)
        count = max(count, slot + 1)
    }
}

/// The positions in the window of a row and of the parts that vary from row to row.
struct RowLayout {
    /// The row, and the comma and white space after it.
    var range: Range<Int>
    var id: TextRange?
    var code: TextRange?
    var message: TextRange?

    /// The texts of a shape: parts whose length varies from row to row. An empty one is literal.
    private var texts: [TextRange] {
        [code, message].compactMap { $0 }.filter { $0.count > 0 }.sorted { $0.offset < $1.offset }
    }

    func slot(of text: TextRange?) -> RowShapes.TextSlot {
        guard let text else { return .absent }
        return texts.firstIndex(of: text).map { .text($0) } ?? .empty
    }

    /// Writes the shape of rows with this layout. Returns false if the row is too large for a shape.
    func write(to shape: UnsafeMutablePointer<rowscan_shape>, from bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let texts = self.texts
        var learned = rowscan_shape()
        learned.part_count = UInt32(texts.count + 1)
        learned.id_part = UInt32(ROWSCAN_PARTS)
        // A code is one of the row's facts, so each matching row must have one.
        if case .text(let index) = slot(of: code) { learned.filled_texts = 1 << UInt32(index) }
        var start = range.lowerBound
        for part in 0...texts.count {
            let end = part < texts.count ? texts[part].offset : range.upperBound
            guard end - start <= Int(ROWSCAN_PART_BLOCKS) * Int(ROWSCAN_BLOCK) else { return false }
            unsafe withUnsafeMutablePointer(to: &learned.parts.0) { first in
                unsafe first.withMemoryRebound(to: rowscan_part.self, capacity: Int(ROWSCAN_PARTS)) { parts in
                    unsafe write(start..<end, to: parts + part, from: bytes)
                }
            }
            if let id, id.offset >= start, id.offset < end {
                learned.id_part = UInt32(part)
                learned.id_offset = UInt32(id.offset - start)
            }
            if part < texts.count { start = end + texts[part].count }
        }
        unsafe shape.pointee = learned
        return true
    }

    private func write(
        _ range: Range<Int>, to part: UnsafeMutablePointer<rowscan_part>, from bytes: UnsafeBufferPointer<UInt8>
    ) {
        let blockSize = Int(ROWSCAN_BLOCK)
        unsafe part.pointee.length = UInt32(range.count)
        unsafe part.pointee.block_count = UInt32((range.count + blockSize - 1) / blockSize)
        unsafe withUnsafeMutableBytes(of: &part.pointee.blocks) { blocks in
            for (position, index) in range.enumerated() {
                let block = position / blockSize * MemoryLayout<rowscan_block>.stride
                let literal = block + position % blockSize
                let byte = unsafe bytes[index]
                // The dashes of an id are literal; its other bytes are digits.
                if let id, index >= id.offset, index < id.offset + id.count, byte != UInt8(ascii: "-") {
                    unsafe blocks[literal + 2 * blockSize] = 0xFF
                } else {
                    unsafe blocks[literal] = byte
                    unsafe blocks[literal + blockSize] = 0xFF
                }
            }
        }
    }
}
