import ImportDumps
import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Dumps in containers that are cut off.
struct CutContainerTests {
    /// The rows before the cut are kept, and the fault says that the compressed data ended.
    @Test func theRowsBeforeTheCutAreKept() throws {
        let folder = try Workspace()
        let rows = (0..<60).map { #"{"id":"\#($0 * 7919 % 1000)","created":true}"# }
        try folder.write(dumpText(rows: rows.joined(separator: ",")), as: "dump.json")
        try folder.shell("gzip -k dump.json && head -c -20 dump.json.gz > cut.gz")
        let descriptor = try InputPath(folder["cut.gz"]).open()
        var readings: [Reading] = []
        try ContainerReader().read(descriptor: descriptor, name: "cut.gz") { item in
            guard case .stream(_, let bytes) = item else { return }
            readings.append(try Reading(of: AnySource(bytes), hashing: true))
        }
        let reading = try #require(readings.first)
        #expect(reading.rows.count > 10 && reading.rows.count < rows.count)
        #expect(reading.fault?.reason == .readFailed(ReadFailure(.breaksOff(.gzip))))
        #expect(reading.fault?.isTruncation == true && reading.dump?.sha256 == nil)
    }
}

/// Passes a source of unknown type to a test that requires a concrete type.
struct AnySource: ByteSource {
    private var source: any ByteSource

    init(_ source: any ByteSource) {
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try source.read(into: buffer)
    }
}
