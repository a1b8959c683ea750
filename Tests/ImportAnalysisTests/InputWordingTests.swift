import ImportAnalysis
import ImportDumps
import Testing

/// What people read about inputs that cannot be read whole.
@Suite struct InputWordingTests {
    @Test func failures() {
        let damage = { (damage: ReadFailure.Damage) in ReadFailure(.damaged(.gzip, damage)).description }
        #expect(ReadFailure(errorNumber: 5).description == "Input/output error")
        #expect(ReadFailure(.breaksOff(.gzip)).description == "the gzip data breaks off")
        #expect(ReadFailure(.breaksOff(.sevenZip)).description == "the 7z archive breaks off")
        #expect(damage(.checksum) == "the gzip data is damaged (checksum)")
        #expect(damage(.other("bad \u{1B}[31m")) == "the gzip data is damaged (bad \\u{1B}[31m)")
        #expect(
            ReadFailure(.expandsTooFar(limit: 4_294_967_296)).description
                == "it expands to more than 4,294,967,296 bytes, which is the limit for an input of its size")
    }

    @Test func aFaultNamesTheCompression() {
        let place = Place(byte: 120, line: 1, column: 121)
        let fault = DumpFault(reason: .readFailed(ReadFailure(.breaksOff(.zstd))), place: place, rowsKept: 3)
        #expect(fault.sentence == "could not be read beyond byte 120 (line 1, column 121): the zstd data breaks off")
    }

    @Test func refusals() {
        #expect(
            InputRefusal.cutShort(ReadFailure(.breaksOff(.tar)), entriesRead: 1).explanation
                == "The archive could not be read to its end, after 1 entry: the tar archive breaks off.")
        #expect(
            InputRefusal.nestedTooDeep.explanation == "An archive in an archive in an archive: unpack it first.")
        #expect(InputRefusal.symbolicLink(target: "a\nb").explanation.contains("\n") == false)
        #expect(PassedOver.special(.fifo).explanation == "Not a file: a named pipe.")
    }
}
