package import ImportDumps

extension DumpFault {
    /// What is wrong and where, to follow "The dump".
    package var sentence: String {
        let position =
            "byte \(Wording.grouped(place.byte)) "
            + "(line \(Wording.grouped(place.line)), column \(Wording.grouped(place.column)))"
        switch reason {
        case .unexpectedEnd:
            return "is cut off at \(position)"
        case .readFailed(let failure):
            return "could not be read beyond \(position): \(failure.description)"
        default:
            return "is broken at \(position): \(problem)"
        }
    }

    var problem: String {
        switch reason {
        case .unexpectedEnd: "the text ends here"
        case .slip(let slip): slip.words
        case .jobAmongRows: "another job begins here"
        case .readFailed(let failure): failure.description
        case .unexpectedByte(UInt8(ascii: "'"), let expected):
            "a single quote where \(expected.words) is expected (Python prints objects so, which is not JSON)"
        case .unexpectedByte(let byte, let expected): "\(Wording.byte(byte)) where \(expected.words) is expected"
        case .controlCharacter(let byte): "\(Wording.byte(byte)) inside a string, where only an escape may stand for it"
        case .invalidEscape(let byte): "\(Wording.byte(byte)) after a backslash is not an escape of JSON"
        case .invalidUTF8: "the bytes are not UTF-8"
        case .nestedTooDeep:
            "arrays and objects are nested deeper than \(Wording.grouped(DumpLimits.nestingLevels)) levels"
        case .textAfterEnd(let byte): "\(Wording.byte(byte)) after the end of the job’s object"
        }
    }
}

extension DumpFault.Slip {
    var words: String {
        switch self {
        case .word(let word):
            switch word {
            case .none, .pythonTrue, .pythonFalse: "\(word.rawValue) is Python, not JSON"
            default: "\(word.rawValue) is not JSON"
            }
        case .singleQuotes: "single quotes are not JSON"
        case .trailingComma: "a comma after the last value is not JSON"
        case .strayComma: "two commas with nothing between them are not JSON"
        case .number: "a number that begins with a zero, a plus sign or a point is not JSON"
        }
    }
}

extension DumpFault.Expectation {
    var words: String {
        switch self {
        case .value: "a value"
        case .key: "a key in double quotes"
        case .keyOrEnd: "a key in double quotes or }"
        case .colon: "a colon"
        case .commaOrEndOfArray: "a comma or ]"
        case .commaOrEndOfObject: "a comma or }"
        case .digit: "a digit"
        case .hexDigit: "a hexadecimal digit"
        case .literal: "the rest of true, false or null"
        }
    }
}

extension NotAJob {
    /// Why the input is not an import job, as a sentence for people.
    package var explanation: String {
        switch reason {
        case .empty: "The file is empty."
        case .blank: "The file has nothing but white space."
        case .errorBody(let message): "API error response, not an import job: \(Wording.quoted(message))."
        case .ownOutput(let own): own.explanation
        case .otherJSON(let topLevel):
            "Not an import job: the JSON text is \(topLevel.words)\(topLevel == .object ? " of another kind" : "")."
                + (topLevel == .array ? " \(Wording.sourceHint)" : "")
        case .requestBody: "The body of an import request, not the answer to it. \(Wording.sourceHint)"
        case .foreign(.table(let columns)): Wording.sourceTable(columns)
        case .foreign(let format): "Not JSON: \(format.words)."
        case .rowsWithoutJob(let count):
            "\(Wording.rowsWord(count)) without \(count == 1 ? "its" : "their") job: rows count only in the array "
                + "results of a job, as in {\"job_id\": …, \"total\": …, \"results\": [ rows ]}."
        case .more(let count): "\(Wording.grouped(count)) more such \(count == 1 ? "part" : "parts") of this file."
        case .unreadable(let fault):
            fault.isTruncation
                ? "The file \(fault.sentence), before anything shows that it is an import job."
                : "Not a dump that can be read: it \(fault.sentence), before anything shows that it is an import job."
        }
    }
}

extension ForeignFormat {
    var words: String {
        switch self {
        case .markup: "an HTML or XML page"
        case .utf16: "the text is in UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)"
        case .utf32: "the text is in UTF-32; convert it to UTF-8 (iconv -f UTF-32 -t UTF-8)"
        case .gzip: "it is compressed with gzip; decompress it first (gzip -dc)"
        case .zstd: "it is compressed with zstd; decompress it first (zstd -dc)"
        case .xz: "it is compressed with xz; decompress it first (xz -dc)"
        case .bzip2: "it is compressed with bzip2; decompress it first (bzip2 -dc)"
        case .lz4: "it is compressed with lz4; decompress it first (lz4 -dc)"
        case .zip: "it is a zip archive; unpack it first"
        case .sevenZip: "it is a 7z archive; unpack it first"
        case .table(let columns): Wording.sourceTable(columns)
        }
    }
}

extension Wording {
    private static let shownColumns = 8

    /// The message about a table that is given instead of a dump.
    static func sourceTable(_ columns: [String]) -> String {
        let names = columns.prefix(shownColumns).map { shownText($0) }.joined(separator: ", ")
        let more = columns.count > shownColumns ? " and \(grouped(columns.count - shownColumns)) more" : ""
        return (names.isEmpty ? "A CSV file" : "A CSV file with the columns \(names)\(more)")
            + ", not a dump. \(sourceHint)"
    }

    /// What to do with a file that was sent.
    static let sourceHint = "If it was sent, pair it with its dump: import-audit rejects DUMP --source FILE."

    /// Names a byte, so that nothing unprintable is output.
    static func byte(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): "a double quote"
        case 0x21...0x7E: "“\(Character(UnicodeScalar(byte)))”"
        case 0x20: "a space"
        case 0x09: "a tab"
        case 0x0A: "a line feed"
        case 0x0D: "a carriage return"
        default: "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}

// MARK: - Damage

extension Wording {
    private static func place(_ place: Place) -> String {
        "byte \(grouped(place.byte)) (line \(grouped(place.line)), column \(grouped(place.column)))"
    }

    /// The first places, and how many more there are.
    private static func places(_ spots: DumpDamage.Spots) -> String {
        let shown = 3
        let listed = spots.first.prefix(shown).map { spot in
            "\(spot.row.map { "row \(grouped($0)), " } ?? "")\(place(spot.place)): \(spot.fault.problem)"
        }
        let rest = spots.count - listed.count
        return listed.joined(separator: "; ") + (rest > 0 ? "; and \(grouped(rest)) more" : "")
    }

    package static func readOn(_ fault: DumpFault, rowsKept: Int) -> String {
        "The dump \(fault.sentence). Reading went on after it: \(rowsRead(rowsKept))."
    }

    static func slips(_ spots: DumpDamage.Spots, rowsKept: Int) -> String {
        "The dump is not valid JSON (\(places(spots))). Reading went on: \(rowsRead(rowsKept))."
    }

    private static func rowsRead(_ kept: Int) -> String {
        kept == 0
            ? "no row could be read" : "\(rowsWord(kept)) could be read and \(kept == 1 ? "is" : "are") reported here"
    }

    static func textRepaired(_ damage: DumpDamage, rows: Int) -> String {
        let count = damage.repairs.count
        let shown =
            "U+FFFD is shown in \(count == 1 ? "1 place" : "\(grouped(count)) places")"
            + (rows == 0 ? "" : " of \(rowsWord(rows))")
            + " where a text is not valid: \(places(damage.repairs))."
        return damage.mayBeWindows1252
            ? shown + " The text may be in Windows-1252: try --encoding windows-1252." : shown
    }

    static func rowDamaged(_ spots: DumpDamage.Spots, seen: Int, total: Int?) -> String {
        let count = spots.count
        let certainty =
            switch total {
            case seen?:
                "The numbers of the rows after it are certain: all rows together are the total of \(grouped(seen))."
            case let total?:
                "The numbers of the rows after it are not certain: the dump has \(rowsWord(seen)), its total is "
                    + "\(grouped(total))."
            case nil: "The numbers of the rows after it are not certain, because the dump has no total."
            }
        return
            (count == 1
            ? "1 stretch of results cannot be read and counts as one unclassified row: "
            : "\(grouped(count)) stretches of results cannot be read, and each counts as one unclassified row: ")
            + places(spots) + ". " + certainty
    }

    static func skipped(_ skipped: SkippedText) -> String {
        let documents =
            switch skipped.documents {
            case 0: ""
            case 1: ", among it 1 JSON document of another kind"
            default: ", among it \(grouped(skipped.documents)) JSON documents of another kind"
            }
        let from = skipped.first.map { ", the first at \(place($0))" } ?? ""
        return
            "Text around the dump was skipped: \(grouped(skipped.bytes)) \(skipped.bytes == 1 ? "byte" : "bytes") on "
            + "\(grouped(skipped.lines)) \(skipped.lines == 1 ? "line" : "lines")\(documents)\(from)."
    }

    static func unwrapped(_ wrappings: [Wrapping]) -> String {
        "The dump was inside \(wrappings.map(\.words).joined(separator: ", which was inside "))."
    }
}

extension Wrapping {
    fileprivate var words: String {
        switch self {
        case .encoding(let name): "text in \(shownText(name))"
        case .log(let format): format.words
        case .eventStream: "an event stream"
        case .httpResponse: "an HTTP response with its headers"
        case .member(let pointer): "another JSON document, at \(Wording.quoted(pointer))"
        case .string(let pointer): "a string of another JSON document, at \(Wording.quoted(pointer))"
        case .base64: "Base64"
        }
    }
}

extension Wrapping.LogFormat {
    fileprivate var words: String {
        switch self {
        case .dockerJSON: "a Docker log (json-file)"
        case .cri: "a container log (CRI)"
        case .timestamps: "a log with a time before each line"
        case .containerNames: "a log with a container's name before each line"
        case .syslog: "a system log"
        }
    }
}
