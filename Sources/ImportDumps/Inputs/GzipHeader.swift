/// Passes over the header of a gzip member (RFC 1952), however its bytes come.
///
///     1F 8B 08 flags time(4) extra-flags system | extra: length(2) bytes | name 0 | comment 0 | checksum(2)
///
/// ISA-L could do it, but its checksum of a header that is split over two buffers is wrong.
struct GzipHeader {
    private enum Field: Int {
        case fixed, extraLength, extra, name, comment, checksum, end
    }

    enum State: Equatable {
        case incomplete, complete
        case damaged(ReadFailure.Damage)
    }

    private var field = Field.fixed
    /// Bytes of the field that were seen.
    private var seen = 0
    private var flags: UInt8 = 0
    private var extraLength = 0

    /// Takes the next byte. None may follow once it says that the header is complete or damaged.
    mutating func take(_ byte: UInt8) -> State {
        seen += 1
        switch field {
        case .fixed:
            switch seen {
            case 1: return byte == 0x1F ? .incomplete : .damaged(.structure)
            case 2: return byte == 0x8B ? .incomplete : .damaged(.structure)
            case 3: return byte == 8 ? .incomplete : .damaged(.method(nil))
            case 4:
                flags = byte
                // The upper three bits must be zero: what they would stand for cannot be passed over.
                return byte & 0xE0 == 0 ? .incomplete : .damaged(.structure)
            case 10: return advance()
            default: return .incomplete
            }
        case .extraLength:
            extraLength |= Int(byte) << (8 * (seen - 1))
            return seen == 2 ? advance() : .incomplete
        case .extra: return seen == extraLength ? advance() : .incomplete
        case .name, .comment: return byte == 0 ? advance() : .incomplete
        case .checksum: return seen == 2 ? advance() : .incomplete
        case .end: return .complete
        }
    }

    /// Goes on to the next field that is there.
    private mutating func advance() -> State {
        seen = 0
        while let next = Field(rawValue: field.rawValue + 1) {
            field = next
            switch field {
            case .extraLength where flags & 4 != 0: return .incomplete
            case .extra where extraLength > 0: return .incomplete
            case .name where flags & 8 != 0: return .incomplete
            case .comment where flags & 16 != 0: return .incomplete
            case .checksum where flags & 2 != 0: return .incomplete
            default: continue
            }
        }
        return .complete
    }
}
