/// A reader of RFC 4180 that takes nothing else: CRLF after every record, quotes only around whole cells.
enum StrictCSV {
    struct Fault: Error {
        var byte: Int
        var reason: String
    }

    static func records(_ bytes: [UInt8]) throws(Fault) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var index = 0
        while index < bytes.count {
            let cell = try readCell(bytes, &index)
            guard let text = String(validating: cell, as: UTF8.self) else {
                throw Fault(byte: index, reason: "not UTF-8")
            }
            record.append(text)
            guard index < bytes.count else { throw Fault(byte: index, reason: "the last record has no end") }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                // A comma is followed by a cell, be it an empty one: the next turn reads it.
                if index == bytes.count { throw Fault(byte: index, reason: "the last record has no end") }
                continue
            }
            guard bytes[index...].starts(with: [0x0D, 0x0A]) else {
                throw Fault(byte: index, reason: "neither comma nor CRLF after a cell")
            }
            index += 2
            records.append(record)
            record = []
        }
        return records
    }

    private static func readCell(_ bytes: [UInt8], _ index: inout Int) throws(Fault) -> [UInt8] {
        var cell: [UInt8] = []
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            while index < bytes.count, bytes[index] != UInt8(ascii: ","), bytes[index] != 0x0D {
                guard bytes[index] != UInt8(ascii: "\""), bytes[index] != 0x0A else {
                    throw Fault(byte: index, reason: "a quote or a line feed in a cell without quotes")
                }
                cell.append(bytes[index])
                index += 1
            }
            return cell
        }
        index += 1
        while true {
            guard index < bytes.count else { throw Fault(byte: index, reason: "a quote is not closed") }
            if bytes[index] != UInt8(ascii: "\"") {
                cell.append(bytes[index])
                index += 1
            } else if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") {
                cell.append(UInt8(ascii: "\""))
                index += 2
            } else {
                index += 1
                return cell
            }
        }
    }
}
