import Glibc
import ImportAnalysis
import ImportFoundation
import ImportReports
import Synchronization

/// Keeps the failed rows of jobs without their own report until the overview combines the rows of all jobs.
///
/// It can be sent between threads, because everything in it is used only with the lock held.
final class LeftOutRows: @unchecked Sendable {
    private struct Place {
        var rows: Range<Int>
        var workbook: Range<Int>
        var explore: Range<Int>
    }

    private let folder: String
    private let lock = Lock(())
    private var file: TemporaryFile?
    /// In order of arrival until the first lookup, then sorted by document order. There may be hundreds of thousands.
    private var places: [(order: DocumentOrder, place: Place)] = []
    private var areSorted = true

    /// - Parameter folder: a folder with space for a temporary file.
    init(in folder: String) {
        self.folder = folder
    }

    /// Adds the failed rows of a job.
    ///
    /// - Parameters:
    ///   - rows: the job's file of failed rows.
    ///   - workbook: the job's workbook, which contains them too.
    ///   - explore: the job's explore page, which contains them too.
    func keep(
        _ rows: PendingFile?, _ workbook: PartialFile?, _ explore: PendingFile?, of order: DocumentOrder
    ) throws {
        try lock.withLock { _ in
            let file = try file ?? TemporaryFile(in: folder)
            self.file = file
            func append(_ read: ((Span<UInt8>) throws -> Void) throws -> Void) throws -> Range<Int> {
                let start = file.size
                try read { _ = try file.append($0) }
                return start..<file.size
            }
            add(
                Place(
                    rows: try append { try rows?.forEachPiece($0) },
                    workbook: try append { try workbook?.forEachPiece($0) },
                    explore: try append { try explore?.forEachPiece($0) }), of: order)
        }
    }

    private func add(_ place: Place, of order: DocumentOrder) {
        if let last = places.last, order < last.order { areSorted = false }
        places.append((order, place))
    }

    private func place(of order: DocumentOrder) -> Place? {
        if !areSorted {
            places.sort { $0.order < $1.order }
            areSorted = true
        }
        var range = places.startIndex..<places.endIndex
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if places[middle].order == order { return places[middle].place }
            range = places[middle].order < order ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Adds the failed rows of plain jobs.
    func keep(_ jobs: PlainJobBatch.Contents) throws {
        guard !jobs.failedRows.isEmpty else { return }
        try lock.withLock { _ in
            let file = try file ?? TemporaryFile(in: folder)
            self.file = file
            let start = file.size
            _ = try file.append(jobs.failedRows.span)
            jobs.forEachFileOfFailedRows { order, rows in
                let end = start + rows.upperBound
                add(
                    Place(rows: start + rows.lowerBound..<end, workbook: end..<end, explore: end..<end), of: order)
            }
        }
    }

    func holdsRows(of order: DocumentOrder) -> Bool { lock.withLock { _ in place(of: order) != nil } }

    /// Passes a job's file of failed rows to `body`, piece by piece.
    func read(_ order: DocumentOrder, _ body: (Span<UInt8>) throws -> Void) throws {
        try lock.withLock { _ in
            guard let file, let place = place(of: order) else { return }
            try Self.read(place.rows, of: file, body)
        }
    }

    /// Passes a job's explore page to `body`, piece by piece.
    func readExplore(_ order: DocumentOrder, _ body: (Span<UInt8>) throws -> Void) throws {
        try lock.withLock { _ in
            guard let file, let place = place(of: order) else { return }
            try Self.read(place.explore, of: file, body)
        }
    }

    /// Opens a copy of a job's workbook for reading; nil if there is none.
    func openWorkbook(of order: DocumentOrder) throws -> Int32? {
        try lock.withLock { _ in
            guard let file, let place = place(of: order), !place.workbook.isEmpty else { return nil }
            let copy = try TemporaryFile.open(in: folder)
            do {
                try Self.read(place.workbook, of: file) { try writeAll($0, to: copy) }
            } catch {
                close(copy)
                throw error
            }
            lseek(copy, 0, SEEK_SET)
            return copy
        }
    }

    private static func read(
        _ range: Range<Int>, of file: TemporaryFile, _ body: (Span<UInt8>) throws -> Void
    ) throws {
        var piece = [UInt8](repeating: 0, count: min(range.count, 256 * 1024))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(piece.count, range.upperBound - offset)
            if count < piece.count { piece.removeLast(piece.count - count) }
            var target = piece.mutableSpan
            try file.read(into: &target, at: offset)
            try body(piece.span)
            offset += count
        }
    }
}
