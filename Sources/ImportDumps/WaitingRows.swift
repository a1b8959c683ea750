/// Rows that the strict reader has read, which are delivered together: each call of a consumer costs more than a row.
///
/// Their texts are in the window. When it slides, they are copied, and no rows are added to them any more.
@safe
struct WaitingRows: ~Copyable {
    private static let capacity = 128

    private let runs: UnsafeMutableBufferPointer<RowRun>
    private var count = 0
    /// The part of the window that the rows take up.
    private var range = 0..<0
    /// That part, once the window has slid on.
    private var copy: [UInt8] = []

    init() {
        unsafe runs = .allocate(capacity: Self.capacity)
        unsafe runs.initialize(repeating: RowRun(firstRow: 0, facts: []))
    }

    deinit {
        unsafe runs.deallocate()
    }

    /// Whether the rows must be delivered before another one is added.
    var isFull: Bool { count == Self.capacity || !copy.isEmpty }

    /// Adds a row. Must not be called while they are full.
    ///
    /// - Parameter range: the part of the window that the row takes up, which contains its texts.
    @inline(__always)
    mutating func append(_ run: RowRun, in range: Range<Int>) {
        unsafe runs[count] = run
        self.range = (count == 0 ? range.lowerBound : self.range.lowerBound)..<range.upperBound
        count += 1
    }

    /// Copies the texts, because the window is about to slide.
    mutating func leave(_ window: borrowing ByteWindow) {
        guard count > 0, copy.isEmpty else { return }
        unsafe copy.append(contentsOf: UnsafeBufferPointer(rebasing: window.bytes[range]))
        for index in 0..<count { unsafe runs[index].moveTexts(by: -range.lowerBound) }
    }

    /// Delivers the rows, if there are any.
    mutating func deliver(from window: borrowing ByteWindow, to sink: any DumpReceiver) throws {
        guard count > 0 else { return }
        let delivered = unsafe UnsafeBufferPointer(rebasing: runs[..<count])
        count = 0
        if copy.isEmpty {
            let bytes = unsafe window.bytes
            try unsafe sink.consume(delivered.span, text: bytes.span)
        } else {
            defer { copy.removeAll(keepingCapacity: true) }
            try unsafe sink.consume(delivered.span, text: copy.span)
        }
    }
}

extension RowRun {
    fileprivate mutating func moveTexts(by distance: Int) {
        id = id?.advanced(by: distance)
        code = code?.advanced(by: distance)
        message = message?.advanced(by: distance)
        details = details?.advanced(by: distance)
    }
}
