internal import CRowScan

/// The fast way through `results`: rows that are like others before them.
@safe
struct RowMatcher: ~Copyable {
    /// Runs that are delivered together.
    private static let capacity = 512

    private let kernel: RowKernel
    private var shapes = RowShapes()
    /// What the kernel found, and the same for the consumers of rows.
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

    /// Delivers as many rows as match a shape, from the window's position on, which must be where a row begins; and
    /// moves behind the comma and the white space after them.
    ///
    /// - Parameter rowCount: rows that were delivered before; those that are delivered now are added.
    /// - Returns: whether there were any.
    mutating func deliverRows(
        of window: inout ByteWindow, rowCount: inout Int, to sink: inout some RowSink
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
    ///   - layout: where the row lies; its range ends with the row, before the comma.
    mutating func learn(from layout: RowLayout, facts: RowFacts, in window: borrowing ByteWindow) {
        // Others have something to be noted of each row: those of bulk jobs, that they are such.
        guard facts.isSubset(of: [.created, .existing, .error, .code]), shapes.wantsToLearn() else {
            return
        }
        var layout = layout
        // Up to where the next row begins.
        guard let end = window.endOfSeparator(from: layout.range.upperBound) else { return }
        layout.range = layout.range.lowerBound..<end
        unsafe shapes.learn(layout, facts: facts, from: window.bytes)
    }
}

extension ByteWindow {
    /// The index behind a comma and white space around it, if an object begins there; nil if the window does not show.
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
