import Foundation
import Glibc
import TestSupport
import Testing

/// Memory does not grow with the dump.
@Suite(.measuresMemory) struct MemoryTests {
    @Test("A dump of 100 MB needs as much memory as one of 10 MB, within 4 MiB", arguments: ["summary", "report"])
    func peak(command: String) throws {
        let space = try Workspace()
        let small = try peak(command, megabytes: 10, in: space)
        let large = try peak(command, megabytes: 100, in: space)
        #expect(large - small < 4 * 1024, "\(small) KiB for 10 MB, \(large) KiB for 100 MB")
    }

    @Test("Messages made to fill the memory take less than 32 MiB of it")
    func hostileMessages() throws {
        let space = try Workspace()
        let usual = try peak("summary", pieces: [InterruptionTests.thousand], in: space)
        // The maximum number of codes, patterns, slots and values, with each value at the maximum length.
        let long = String(repeating: "x", count: 90)
        let pieces = (0..<2048).map { value in
            let rows = ["\"c\"", "null"].flatMap { code in
                ["a", "b", "c", "d"].map { pattern in
                    let values = (0..<8).map { "\(long)\(value)\($0)" }.joined(separator: " ")
                    return #"{"error":{"code":\#(code),"message":"\#(pattern) \#(values)"}},"#
                }
            }
            return Array(rows.joined().utf8)
        }
        let hostile = try peak("summary", pieces: pieces, in: space)
        #expect(hostile - usual < 32 * 1024, "\(usual) KiB as a rule, \(hostile) KiB with these")
    }

    @Test(
        "Nothing of a dump stays in memory: 16,000 API responses with unknown fields take as much as 4,000, within 24 MiB"
    )
    func manyResponses() throws {
        let space = try Workspace()
        let fields = (0..<40).map { #""\#($0)\#(String(repeating: "x", count: 90))":1"# }.joined(separator: ",")
        func responses(_ count: Int) -> [[UInt8]] {
            (0..<count).map { number in
                let dump =
                    #"{"job_id":"\#(number)","status":"complete","total":1,\#(fields),"results":[{"created":true}]}"#
                return Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\(dump)\n".utf8)
            }
        }
        let few = try peak("summary", pieces: responses(4000), isOneDump: false, in: space)
        let many = try peak("summary", pieces: responses(16_000), isOneDump: false, in: space)
        #expect(many - few < 24 * 1024, "\(few) KiB for 4,000, \(many) KiB for 16,000")
    }

    private func peak(_ command: String, megabytes: Int, in space: Workspace) throws -> Int {
        // Long messages, so that the dump has many megabytes but not many rows.
        let message = String(repeating: "A long message \\u00e9. ", count: 40)
        let rows = (0..<20).map { #"{"error":{"code":"c\#($0)","message":"\#($0) \#(message)"}},"# }.joined()
        let piece = InterruptionTests.thousand + Array(String(repeating: rows, count: 20).utf8)
        return try peak(command, pieces: Array(repeating: piece, count: megabytes * 1_000_000 / piece.count), in: space)
    }

    /// Returns the peak memory of a run, in KiB, measured when all but the end of the dump has been read.
    private func peak(
        _ command: String, pieces: [[UInt8]], isOneDump: Bool = true, in space: Workspace
    ) throws -> Int {
        let options = command == "report" ? ["-o", space["o"], "--formats", "md,json"] : []
        let run = try RunningCommand([command, "-"] + options, input: .pipe)
        if isOneDump { try run.send(InterruptionTests.head) }
        for piece in pieces { try run.send(piece) }
        let status = try String(contentsOfFile: "/proc/\(run.pid)/status", encoding: .utf8)
        if isOneDump { try run.send(InterruptionTests.tail) }
        run.endInput()
        let result = try run.finish()
        #expect(result.status == 0, "\(result)")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }
}
