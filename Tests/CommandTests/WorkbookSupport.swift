import Foundation
import TestSupport
import Testing

/// A workbook as read by openpyxl.
struct FoundWorkbook: Decodable {
    struct Cell: Decodable {
        enum Value: Equatable {
            case nothing
            case text(String)
            case number(Double)
        }

        var value: Value
        /// The type: `s` or `inlineStr` for a text, `n` for a number, `d` for a date, `f` for a formula.
        var type: String
        var format: String
        var bold: Bool
        var link: Bool

        private enum Key: CodingKey {
            case value, type, format, bold, link
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Key.self)
            type = try values.decode(String.self, forKey: .type)
            format = try values.decode(String.self, forKey: .format)
            bold = try values.decode(Bool.self, forKey: .bold)
            link = try values.decode(Bool.self, forKey: .link)
            if let number = try? values.decode(Double.self, forKey: .value) {
                value = .number(number)
            } else if let text = try? values.decode(String.self, forKey: .value) {
                value = .text(text)
            } else {
                value = .nothing
            }
        }
    }

    struct Sheet: Decodable {
        var name: String
        var frozen: String?
        var filter: String?
        var size: String
        var width: Double
        var rows: [[Cell]]

        /// The cells below the column names, as text in CSV.
        var texts: [[String]] {
            rows.dropFirst().map { row in
                row.map { cell in
                    switch cell.value {
                    case .nothing: ""
                    case .text(let text): text
                    case .number(let number): Int(exactly: number).map { String($0) } ?? String(number)
                    }
                }
            }
        }

        /// Returns the cells after the one that names an item.
        func item(_ name: String) -> ArraySlice<Cell>? {
            rows.first { $0.first?.value == .text(name) }?.dropFirst()
        }
    }

    var title: String?
    var created: String
    var modified: String
    var sheets: [Sheet]

    subscript(name: String) -> Sheet? { sheets.first { $0.name == name } }

    /// Reads a workbook.
    init(at path: String) throws {
        let run = try Python.run("Tests/Oracle/workbook.py", [path])
        try #require(run.status == 0, "\(run)")
        self = try JSONDecoder().decode(Self.self, from: Data(run.output))
    }
}

extension Workspace {
    /// Checks each part of a workbook with xmllint, and that nothing forbidden is in it.
    func expectSoundParts(_ path: String) throws {
        let folder = "parts-\(UUID().uuidString)"
        try shell(
            """
            mkdir \(folder) && cd \(folder) && unzip -qq "\(self[path])"
            find . -type f -print0 | xargs -0 xmllint --noout --nonet
            ! grep -rqE '<f[ >]|<hyperlink|TargetMode="External"' .
            """)
    }
}
