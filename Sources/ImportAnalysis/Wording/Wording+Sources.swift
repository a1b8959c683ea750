import ImportDumps
import ImportFoundation
package import ImportSources

extension SourceFault {
    /// What is wrong, where, and what to do.
    package var explanation: String {
        guard let place else { return sentence }
        return "line \(Wording.grouped(place.line)), column \(Wording.grouped(place.column)): \(sentence)"
    }

    private var sentence: String {
        switch reason {
        case .empty: "The file is empty."
        case .onlyHeader: "There is a header and no row. If the first line is a row, add --no-header."
        case .isDump: "This is the answer of the API, not what was sent to it. --source takes the file that was sent."
        case .isOwnOutput: "import-audit wrote this file. --source takes the file that was sent."
        case .isForeign(let what):
            "This is \(what). A source is CSV, JSON Lines, a JSON array, a request body or an XLSX workbook."
        case .strayQuote:
            "There is a quote inside a field that does not begin with one. Put the field in quotes, and double the quotes in it."
        case .textAfterQuote:
            "Something follows a closing quote. Double the quotes inside a quoted field, or check --delimiter."
        case .openQuote: "This quote is never closed."
        case .loneReturn:
            "This line ends with a carriage return alone, but other lines end differently. Put the field in quotes, or repair the line end."
        case .loneFeed:
            "This line ends with a line feed alone, but other lines end with a carriage return. Put the field in quotes, or repair the line end."
        case .doubledReturn:
            "This line ends with two carriage returns and a line feed: line ends were converted twice. Replace each with one carriage return and a line feed."
        case .columns(let count, let expected):
            "This record has \(Self.columns(count)), the first one has \(Wording.grouped(expected)). Check its quotes, or --delimiter."
        case .delimiterAbsent(let wanted, let found, let count):
            "The header has no \(Self.name(wanted)), but \(Self.name(found)) \(count == 1 ? "once" : "\(Wording.grouped(count)) times"). Check --delimiter."
        case .notUTF8(let byte):
            "The byte \(Self.hexadecimal(byte)) is not UTF-8. Give the encoding, as in --encoding windows-1252."
        case .notInEncoding(let byte, let name):
            "The byte \(Self.hexadecimal(byte)) is not a character in \(name). Check --encoding."
        case .notUTF16: "This line or a later one is not valid UTF-16."
        case .isWide("UTF-16"): "This is UTF-16 without a byte order mark. Save it as UTF-8."
        case .isWide(let name?): "This is \(name), which is not read. Save it as UTF-8."
        case .isWide(nil):
            "There is a zero byte in the first record, as in UTF-16 without a byte order mark. Save the file as UTF-8."
        case .movesASCII(let name):
            "In \(name), letters, delimiters and line ends are other bytes than in ASCII. Convert the file to UTF-8."
        case .encoding(let name):
            "A source in \(name) cannot be handed back byte for byte. Encodings with one byte for each character, UTF-8 and UTF-16 can."
        case .json(nil): "The JSON text ends too early."
        case .json(let byte?): "\(Self.character(byte)) is not allowed here in JSON."
        case .severalArrays:
            "An array follows the first one. A source is one array of rows, or JSON Lines with an object on each line."
        case .severalBodies:
            "An object follows a request body. In JSON Lines, the first row cannot have an array “objects” as large as this one."
        case .nestedTooDeep: "Arrays and objects are nested too deep."
        case .bodyTooLarge(let limit): "The request body has more than \(limit / 1024 / 1024) MiB besides its objects."
        case .recordTooLarge(let limit): "A record is larger than \(limit / 1024 / 1024) MiB. Is a quote missing?"
        case .readFailed(let failure): failure.description
        case .workbook(let fault): fault.explanation
        }
    }

    private static func columns(_ count: Int) -> String {
        count == 1 ? "1 column" : "\(Wording.grouped(count)) columns"
    }

    private static func name(_ delimiter: UInt8) -> String {
        switch delimiter {
        case UInt8(ascii: ","): "comma"
        case UInt8(ascii: ";"): "semicolon"
        case UInt8(ascii: "\t"): "tab"
        case UInt8(ascii: "|"): "bar"
        default: character(delimiter)
        }
    }

    private static func character(_ byte: UInt8) -> String {
        0x20..<0x7F ~= byte ? "“\(Character(Unicode.Scalar(byte)))”" : "The byte \(hexadecimal(byte))"
    }

    private static func hexadecimal(_ byte: UInt8) -> String { "0x\(byte.digits(2, radix: 16, uppercase: true))" }
}
