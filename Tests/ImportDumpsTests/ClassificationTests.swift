import ImportDumps
import Testing

/// Classifies input that is not an import job.
@Suite struct ClassificationTests {
    @Test(
        arguments: [
            ("", NotAJob.Reason.empty), (" ", .blank), ("\r\n\t \n", .blank), ("\u{FEFF}", .blank),
            (#"{"message":"Unauthorized"}"#, .errorBody(message: "Unauthorized")),
            (#"{"statusCode":404,"message":"Not\u0020found","a":[]}"#, .errorBody(message: "Not found")),
            (#"{"error":{"code":"not_found","message":"No such job"}}"#, .errorBody(message: "No such job")),
            (#"{"error":{"code":"not_found"}}"#, .errorBody(message: "not_found")),
            (#"{"error":"Too many requests"}"#, .errorBody(message: "Too many requests")),
            (#"{"error":"Not Found","message":"No such team"}"#, .errorBody(message: "No such team")),
            (#"{"message":"No such team","error":"Not Found"}"#, .errorBody(message: "No such team")),
            (#"{"message":"e\u0301"}"#, .errorBody(message: "e\u{301}")),
            (#"{"message":5}"#, .otherJSON(topLevel: .object)), (#"{"error":{}}"#, .otherJSON(topLevel: .object)),
            (#"{"error":null}"#, .otherJSON(topLevel: .object)), ("{}", .otherJSON(topLevel: .object)),
            (#"{"total":5}"#, .otherJSON(topLevel: .object)), (#"{"status":"ok"}"#, .otherJSON(topLevel: .object)),
            (#"{"total":5,"status":null}"#, .otherJSON(topLevel: .object)),
            (#"{"results":{}}"#, .otherJSON(topLevel: .object)),
            (#"{"data":{"job_id":null}}"#, .otherJSON(topLevel: .object)),
            ("[]", .otherJSON(topLevel: .array)), (#"[{"job_id":null}]"#, .otherJSON(topLevel: .array)),
            ("5", .otherJSON(topLevel: .number)), ("-0.5e3 ", .otherJSON(topLevel: .number)),
            (#""job_id""#, .otherJSON(topLevel: .string)), ("null", .otherJSON(topLevel: .null)),
            (" true\n", .otherJSON(topLevel: .boolean)), (#"{"objects":[{"a":1}],"options":{}}"#, .requestBody),
            ("<!DOCTYPE html><html></html>", .foreign(.markup)), ("\u{FEFF}<?xml version=\"1.0\"?>", .foreign(.markup)),
            ("\n\n  <html>", .foreign(.markup)),
        ])
    func reasons(_ text: String, _ reason: NotAJob.Reason) throws {
        for window in [64, 4096] {
            let reading = try Reading(of: text, window: window)
            #expect(reading.notAJob?.reason == reason)
            #expect(reading.notAJob?.byteCount == text.utf8.count)
            #expect(reading.dump == nil)
        }
    }

    /// Any of these members makes an object an import job.
    @Test(
        arguments: [
            #"{"job_id":null}"#, #"{"job_id":5}"#, #"{"status":"complete","total":0}"#, #"{"results":[]}"#,
            #"{"results":[{"id":"a"}],"message":"m"}"#, #"{"job_id":"j","message":"m","error":"e"}"#,
            #"{"job_id":"j","results":[{"status":"ok"}],"summary":{}}"#,
            #"{"total":1,"status":"complete","results":[{"status":"ok"}]}"#, #"{"results":[{}],"summary":5}"#,
            #"{"\u006aob_id":null}"#,
        ])
    func jobs(_ text: String) throws {
        let reading = try Reading(of: text)
        #expect(reading.dump != nil)
        #expect(reading.dump?.fault == nil)
    }

    /// These members make it a job of the second kind, in any order.
    @Test(
        arguments: [
            (#"{"results":[{"id":"a","status":"ok"}]}"#, .bulk), (#"{"results":[{"status":null}]}"#, .bulk),
            (#"{"results":[],"summary":{"total":0,"succeeded":0,"failed":0}}"#, .bulk),
            (#"{"summary":{"total":1},"results":[{"id":"a","status":"error","error":{}}]}"#, .bulk),
            (#"{"results":[{"status":"ok"}],"status":null,"total":null}"#, .bulk),
            (#"{"results":[{}],"summary":5}"#, .import), (#"{"results":[{"record":{}}]}"#, .import),
            (#"{"results":[{"status":"ok"}],"summary":{},"job_id":null}"#, .import),
            (#"{"total":1,"results":[{"status":"ok"}],"summary":{}}"#, .import),
            (#"{"results":[{"id":"a","status":"ok"},{"id":"b","sta"#, .bulk),
            (#"{"summary":{},"results":[{"id":"#, .bulk), (#"{"results":[{"id":"#, .import),
        ] as [(String, JobKind)])
    func kinds(_ text: String, _ kind: JobKind) throws {
        for window in [1, 64, 4096] {
            let reading = try Reading(of: text, window: window)
            #expect(reading.dump?.job.kind == kind)
            #expect((reading.dump?.fault == nil) == text.hasSuffix("}"))
        }
    }

    @Test(
        arguments: [
            ([0x1F, 0x8B, 8, 0], ForeignFormat.gzip), ([0x28, 0xB5, 0x2F, 0xFD, 4], .zstd),
            ([0x50, 0x4B, 3, 4, 20], .zip), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz),
            ([0x42, 0x5A, 0x68, 0x39], .bzip2),
            ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip), ([0x04, 0x22, 0x4D, 0x18, 0x64], .lz4),
            (utf16("{\"job_id\":null}", bigEndian: false), .utf16), (utf16("{}", bigEndian: true), .utf16),
            ([0xFF, 0xFE] + utf16("{}", bigEndian: false), .utf16),
            ([0xFE, 0xFF] + utf16("{}", bigEndian: true), .utf16),
            (utf16("5", bigEndian: false), .utf16), (utf16("\"\u{100}\"", bigEndian: false), .utf16),
            (utf32("{}", bigEndian: false), .utf32), (utf32("{}", bigEndian: true), .utf32),
            (utf32("\u{FEFF}{}", bigEndian: false), .utf32), (utf32("\u{FEFF}{}", bigEndian: true), .utf32),
        ])
    func foreignFormats(_ bytes: [UInt8], _ format: ForeignFormat) throws {
        // A pipe may deliver a signature byte by byte.
        for chunk in [1, 2, 3, .max] {
            let reading = try Reading(of: bytes, chunk: chunk)
            #expect(reading.notAJob?.reason == .foreign(format), "chunks of \(chunk)")
            #expect(reading.notAJob?.byteCount == bytes.count)
        }
    }

    @Test(
        "A table is known by the names in its first line, however few bytes come at once",
        arguments: [
            ("job_id,total\nj,1\n", ["job_id", "total"]), ("\u{FEFF}a;b\r\n1;2\r\n", ["a", "b"]),
            ("a\tb\tc\n\"x\ty\"\t2\t3", ["a", "b", "c"]), ("\"Name, full\",Note\nx,", ["Name, full", "Note"]),
            ("a,b\n" + String(repeating: "x", count: 1000) + ",2\n", ["a", "b"]),
        ])
    func tables(_ text: String, _ columns: [String]) throws {
        for chunk in [1, 3, 1000] {
            let reading = try Reading(of: Array(text.utf8), chunk: chunk)
            #expect(reading.notAJob?.reason == .foreign(.table(columns: columns)), "chunks of \(chunk)")
        }
    }

    @Test(
        "Other text is not a table",
        arguments: [
            "a,b", "a\nb\n", "a,b\n1\n", "2026-03-04 10:00:00, started\nx, y\n", "{a,b\n1,2\n", "a,,b\n1,2,3\n",
            "Dear all,\nthe import failed, and it failed again, twice.\n", "key=1,other=2\nkey=3,other=4\n",
        ])
    func otherText(_ text: String) throws {
        let reading = try Reading(of: text)
        if case .foreign(.table) = reading.notAJob?.reason { Issue.record("\(text)") }
    }

    /// Malformed before it can be recognized.
    @Test(
        arguments: [
            ("{", DumpFault.Reason.unexpectedEnd, 1), (#"{"job_id""#, .unexpectedEnd, 9),
            (#"{"status":"complete""#, .unexpectedEnd, 20),
            (#"{"message":"Internal server err"#, .unexpectedEnd, 31), ("[1,2", .unexpectedEnd, 4),
            (#""text"#, .unexpectedEnd, 5),
            ("Bad gateway", .unexpectedByte(UInt8(ascii: "B"), expected: .value), 0),
            ("job_id,total\nj\n", .unexpectedByte(UInt8(ascii: "j"), expected: .value), 0),
            ("[1] [2]", .textAfterEnd(UInt8(ascii: "[")), 4), ("{} x", .textAfterEnd(UInt8(ascii: "x")), 3),
        ])
    func unreadable(_ text: String, _ reason: DumpFault.Reason, _ byte: Int) throws {
        let reading = try Reading(of: text)
        guard case .unreadable(let fault) = reading.notAJob?.reason else {
            Issue.record("\(String(describing: reading.notAJob?.reason))")
            return
        }
        #expect(fault.reason == reason)
        #expect(fault.place == Place(byte: byte, line: 1, column: byte + 1))
    }

    private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { bigEndian ? [UInt8($0 >> 8), UInt8($0 & 0xFF)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    private static func utf32(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            let bytes = [24, 16, 8, 0].map { UInt8(scalar.value >> UInt32($0) & 0xFF) }
            return bigEndian ? bytes : bytes.reversed()
        }
    }
}
