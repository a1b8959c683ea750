import ImportDumps
import ImportFoundation
import Testing

/// The hash of a dump is the hash of its bytes.
struct DumpHashTests {
    /// The digest of a streamed dump covers all its bytes, whatever follows the part that could be read.
    @Test(
        arguments: [
            #"{"job_id":"j","results":[{"created":true}]}"#, "\u{FEFF}{\"job_id\":\"j\"}\n \n",
            #"{"job_id":"j","results":[{},oops, and much more that nobody reads: é 12345678901234567890]}"#,
            #"{"job_id":"j"} {"job_id":"k"}"#, #"{"job_id":"j","results":[{"id"#,
        ])
    func allBytesAreHashed(_ text: String) throws {
        let bytes = Array(text.utf8)
        for window in [1, 5, 64, 4096] {
            let reading = try Reading(of: bytes, window: window, hashing: true)
            #expect(reading.dump?.sha256 == hash(bytes))
            #expect(reading.dump?.byteCount == bytes.count)
        }
        #expect(try Reading(of: bytes).dump?.sha256 == nil)
    }

    @Test func aLargeDump() throws {
        let row = #"{"id":"00000000-0000-4000-8000-000000000000","created":true},"#
        let text = dumpText(rows: String(repeating: row, count: 5_000) + "{}")
        let reading = try Reading(of: Array(text.utf8), chunk: 1_000, hashing: true)
        #expect(reading.rows.count == 5_001)
        #expect(reading.dump?.sha256 == hash(Array(text.utf8)))
    }

    private func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes.span)
        return hash.finish()
    }
}
