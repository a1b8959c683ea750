public import ImportDumps

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

    private var problem: String {
        switch reason {
        case .unexpectedEnd: "the text ends here"
        case .readFailed(let failure): failure.description
        case .unexpectedByte(let byte, let expected): "\(Wording.byte(byte)) where \(expected.words) is expected"
        case .controlCharacter(let byte): "\(Wording.byte(byte)) inside a string, where only an escape may stand for it"
        case .invalidEscape(let byte): "\(Wording.byte(byte)) after a backslash is no escape of JSON"
        case .invalidUTF8: "the bytes are not UTF-8"
        case .nestedTooDeep:
            "arrays and objects are nested deeper than \(Wording.grouped(DumpLimits.nestingLevels)) levels"
        case .textAfterEnd(let byte): "\(Wording.byte(byte)) after the end of the job's object"
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
    /// Why the input is no import job, as a sentence for people.
    public var explanation: String {
        switch reason {
        case .empty: "The file is empty."
        case .blank: "The file has nothing but white space."
        case .errorBody(let message): "An error answer of the API, no import job: \(Wording.quoted(message))."
        case .otherJSON(let topLevel):
            "Not an import job: the JSON text is \(topLevel.words)\(topLevel == .object ? " of another kind" : "")."
        case .foreign(let format): "Not JSON: \(format.words)."
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
        }
    }
}

extension Wording {
    /// A byte, named so that nothing unprintable is sent anywhere.
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
