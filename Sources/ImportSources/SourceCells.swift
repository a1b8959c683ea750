import ImportDumps
import ImportFoundation

extension SourceReader {
    /// The non-empty cells of the current record with their names, in order: the members of an object, or the cells of
    /// a table under its header. Without a header, columns are named by their numbers.
    ///
    /// - Parameter limit: the number of cells to read, from the first one on.
    package func namedCells(limit: Int) -> [(name: String, value: String)] {
        withWholeRecord { record in
            switch form {
            case .csv(let csv):
                let cells = CSVCells.cells(of: record, delimiter: csv.delimiter, limit: limit)
                return named(cells.map(shown), csv.columnNames)
            case .sheet(let sheet):
                return named(Array(SheetRecord.texts(of: record).prefix(limit)), sheet.columnNames)
            case .jsonLines, .jsonArray, .requestBody:
                var text: [UInt8] = []
                encoding.text(of: record, into: &text)
                return Self.members(of: text, limit: limit)
            }
        }
    }

    private func shown(_ cell: [UInt8]) -> String {
        var text: [UInt8] = []
        encoding.text(of: cell.span, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func named(_ cells: [String], _ names: [String]) -> [(name: String, value: String)] {
        cells.enumerated().compactMap { index, cell in
            if cell.isEmpty { return nil }
            return (index < names.count ? names[index] : "column \(index + 1)", cell)
        }
    }

    /// A record was checked when its end was found: anything that cannot be read here is left out.
    private static func members(of record: [UInt8], limit: Int) -> [(name: String, value: String)] {
        var members: [(name: String, value: String)] = []
        var json = JSONReader(ArraySource(record), windowBytes: 64 * 1024)
        do throws(DumpFault) {
            guard try json.kind() == .object else { return [] }
            try json.beginObject()
            while members.count < limit, try json.nextMember() {
                let name = json.key
                guard try json.kind() != .null else {
                    try json.skip()
                    continue
                }
                let value = try json.text()
                if !value.isEmpty { members.append((name, value)) }
            }
        } catch {
            return members
        }
        return members
    }
}
