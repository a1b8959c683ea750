import Foundation
import TestSupport
import Testing

/// Ordinary jobs in a log are read in a single pass, and by several threads. That must not show: with `--verbose`, each
/// job is read in full, and the output is the same.
struct PlainJobTests {
    @Test(
        "A log of small jobs comes to the same, however many threads read it, and in whatever way", .seeded,
        arguments: Seeds.and(new: 1...4))
    func sameOutput(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        // From only plain jobs to every second one odd.
        let shares: [Double] = [0, 0.002, 0.05, 0.5]
        let odd = shares.randomElement(using: &random) ?? 0
        var log = Log(odd: odd)
        let text = (0..<Int.random(in: 300...2500, using: &random)).map { log.line($0, &random) }.joined()
        try space.write(text, as: "log.jsonl")
        for arguments in [
            ["summary", "--format", "json"], ["summary"], ["check", "--max-failed", "10"], ["codes"],
            ["summary", "--identity", "--sha256", "--format", "json"],
        ] {
            let slow = try RunningCommand(arguments + ["--verbose", "--threads", "1", "log.jsonl"], folder: space.path)
                .finish()
            #expect([0, 1, 65].contains(slow.status), "\(slow)")
            for (threads, kernel) in [("1", ""), ("2", ""), ("8", "")] + Self.otherKernels.map({ ("2", $0) }) {
                let fast = try RunningCommand(
                    arguments + ["--quiet", "--threads", threads, "log.jsonl"], folder: space.path,
                    environment: ["IMPORT_AUDIT_KERNEL": kernel]
                ).finish()
                let how = "\(threads) threads, odd \(odd), kernel \(kernel)"
                #expect(fast.status == slow.status, "\(how): \(arguments) \(fast.errorText)")
                #expect(fast.output == slow.output, "\(how): \(arguments)")
            }
        }
    }

    @Test(
        "Jobs that get no report come to the same files, in whatever way they are read, in a log and in small files",
        .seeded, arguments: Seeds.and(new: 1...2), ["none", "critical"])
    func reports(seed: UInt64, choice: String) throws {
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        let shares: [Double] = [0, 0.01, 0.3]
        var log = Log(odd: shares.randomElement(using: &random) ?? 0)
        let lines = (0..<Int.random(in: 100...400, using: &random)).map { log.line($0, &random) }
        try space.write(lines.joined(), as: "in/log.jsonl")
        for (number, line) in lines.prefix(40).enumerated() { try space.write(line, as: "in/small/\(number).json") }
        try space.write("codes:\n- code: invalid_email\n  owner: CRM\n", as: "codes.yml")
        let options = ["--job-reports", choice, "--codes", "codes.yml", "--csv-bom"]
        for input in ["in", "in/log.jsonl"] {
            // With `--verbose` and one thread, each job is read in full.
            let slow = try RunningCommand(
                ["report", input, "-o", "slow", "--verbose", "--threads", "1", "--fresh"] + options, folder: space.path
            ).finish()
            #expect([0, 65].contains(slow.status), "\(slow)")
            let expected = try space.tree("slow")
            for threads in ["1", "8"] {
                let fast = try RunningCommand(
                    ["report", input, "-o", "fast", "--threads", threads, "--fresh"] + options, folder: space.path
                ).finish()
                #expect(fast.status == slow.status, "\(fast)")
                expectSameFiles(try space.tree("fast"), expected, "\(threads) threads, \(input)")
            }
            let again = try RunningCommand(["report", input, "-o", "fast"] + options, folder: space.path).finish()
            #expect(again.status == slow.status, "\(again)")
            expectSameFiles(try space.tree("fast"), expected, "again, \(input)")
        }
    }

    @Test(
        "More jobs without a report than the overview lists come to the same files, with any names and ids", .seeded,
        arguments: Seeds.and(new: 1...2))
    func unlisted(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        var log = Log(odd: 0)
        // Ids and names that a CSV file must quote, or mark as text.
        let ids = ["=1+1 ", "a,b ", "-", "@x", "job;", "<job>", "7000000000000", "'"]
        func line(_ number: Int) -> String {
            let line = log.plain(number, &random)
            guard Bool.random(using: &random), let id = ids.randomElement(using: &random) else { return line + "\n" }
            return #"{"job_id":"\#(id)\#(number)"\#(line.dropFirst(48))"# + "\n"
        }
        let names = ["log.jsonl", "=a,\"b\".jsonl", "<source>.jsonl", "a b: c.jsonl", "é漢.jsonl"]
        for (index, name) in names.shuffled(using: &random).enumerated() {
            try space.write((0..<500).map { line(1000 * index + $0) }.joined(), as: "in/\(name)")
        }
        for number in 0..<50 {
            try space.write(line(9000 + number), as: "in/=small, \"\(number % 3)\"/\(number).json")
        }
        for choice in ["none", "critical"] {
            let slow = try RunningCommand(
                ["report", "in", "-o", "slow", "--verbose", "--threads", "1", "--fresh", "--job-reports", choice],
                folder: space.path
            ).finish()
            #expect([0, 65].contains(slow.status), "\(slow)")
            let expected = try space.tree("slow")
            #expect(expected["jobs.csv"]?.count { $0 == UInt8(ascii: "\n") } ?? 0 > 2400)
            for threads in ["1", "2"] {
                let fast = try RunningCommand(
                    ["report", "in", "-o", "fast", "--threads", threads, "--fresh", "--job-reports", choice],
                    folder: space.path
                ).finish()
                #expect(fast.status == slow.status, "\(fast)")
                expectSameFiles(try space.tree("fast"), expected, "\(threads) threads, \(choice)")
            }
        }
    }

    @Test(
        "More kinds of jobs than are added up together, and more codes than are kept, come to the same", .seeded,
        arguments: Seeds.and(new: 1...1))
    func manyKinds(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        // A few codes are frequent. Most are rare: after 4,096 of them, a new one replaces another.
        let lines = (0..<12_000).map { number in
            let rare = number / 4 + Int.random(in: 0..<3000, using: &random)
            let code = Bool.random(using: &random) ? Int.random(in: 0..<20, using: &random) : rare
            let created = Int.random(in: 0..<4, using: &random)
            let rows =
                (0..<created).map { _ in #"{"id":"\#(Log.uuid(&random))","created":true}"# } + [
                    #"{"error":{"code":"c\#(code)","message":"no"}}"#
                ]
            let day = Int.random(in: 1...9, using: &random)
            return #"{"job_id":"\#(Log.uuid(&random))","status":"complete","total":\#(created + 1),"#
                + #""processed":\#(created + 1),"succeeded":\#(created),"failed":1,"#
                + #""created_at":"2025-03-0\#(day)T10:00:00Z","updated_at":"2025-03-0\#(day)T10:00:05Z","#
                + #""results":[\#(rows.shuffled(using: &random).joined(separator: ","))]}"# + "\n"
        }
        try space.write(lines.joined(), as: "log.jsonl")
        for arguments in [["summary"], ["summary", "--format", "json"], ["codes"]] {
            let slow = try RunningCommand(arguments + ["--verbose", "--threads", "1", "log.jsonl"], folder: space.path)
                .finish()
            #expect(slow.status == 0, "\(slow)")
            for threads in ["1", "2"] {
                let fast = try RunningCommand(
                    arguments + ["--quiet", "--threads", threads, "log.jsonl"], folder: space.path
                ).finish()
                #expect(fast.output == slow.output, "\(threads) threads: \(arguments)")
            }
        }
    }

    private func expectSameFiles(
        _ found: [String: [UInt8]], _ expected: [String: [UInt8]], _ how: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.keys.sorted() == expected.keys.sorted(), "\(how)", sourceLocation: sourceLocation)
        for (name, bytes) in expected {
            #expect(found[name] == bytes, "\(how): \(name)", sourceLocation: sourceLocation)
        }
    }

    /// The kernels that any processor of this architecture can run, in addition to its best one.
    private static var otherKernels: [String] {
        #if arch(x86_64)
            ["sse2", "scalar"]
        #else
            ["scalar"]
        #endif
    }

    @Test("Nothing is remembered of one log while the next is read, although their jobs are at the same positions")
    func severalLogs() throws {
        let space = try Workspace()
        let id = "0b0e7a40-1111-4111-8111-11111111111"
        func line(_ job: String, _ second: String) -> String {
            #"{"job_id":"\#(job)","status":"complete","total":2,"results":[{"id":"\#(id)1","created":true},"#
                + #"{"id":"\#(id)2",\#(second):true}]}"# + "\n"
        }
        // Lines of the same length, with everything but the last row at the same place.
        let (created, existing) = (#""created" "#, #""existing""#)
        // The larger file is read first. The result for its second job is discarded, because no job follows.
        let text = String(repeating: "x", count: 2000) + "\n"
        try space.write(line("a1", created) + line("b1", created) + text, as: "in/1.jsonl")
        try space.write((1...4).map { line("c\($0)", existing) }.joined(), as: "in/2.jsonl")
        let slow = try importAudit("summary", "--format", "json", "--verbose", "in", folder: space.path)
        for threads in ["1", "2"] {
            let fast = try importAudit(
                "summary", "--format", "json", "--quiet", "--threads", threads, "in", folder: space.path)
            #expect(fast.outputText == slow.outputText, "\(threads) threads")
        }
    }

    @Test(
        "Small files in a folder, in archives and compressed come to the same, whatever stands in each", .seeded,
        arguments: Seeds.and(new: 1...2))
    func smallFiles(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try Workspace()
        let shares: [Double] = [0, 0.05, 0.5]
        let odd = shares.randomElement(using: &random) ?? 0
        var log = Log(odd: odd)
        let count = Int.random(in: 30...500, using: &random)
        for number in 0..<count {
            // Text around the only job of a file, or instead of a job.
            let line = log.line(number, &random)
            let text =
                switch Int.random(in: 0..<16, using: &random) {
                case 0: String(line.dropLast())
                case 1: String(line.dropLast()) + "\r\n"
                case 2: line + " \n\t\n\n"
                case 3: "\n " + line
                case 4: "\u{FEFF}" + line
                case 5: line + log.line(number, &random)
                case 6: line + "x"
                case 7: line.replacing("\n", with: "\0")
                case 8: ""
                case 9: line + String(repeating: " ", count: Int.random(in: 60_000...70_000, using: &random))
                default: line
                }
            try space.write(text, as: "in/\(number % 7)/\(number).json")
        }
        _ = try space.shell(
            "tar cf in.tar in && tar czf in.tar.gz in && cp -r in packed && gzip packed/3/*.json && cp in.tar packed/4")
        for input in ["in", "in.tar", "in.tar.gz", "packed"] {
            for arguments in [
                ["summary", "--format", "json"], ["summary", "--identity", "--sha256", "--format", "json"],
            ] {
                let slow = try RunningCommand(
                    arguments + ["--verbose", "--threads", "1", input], folder: space.path
                ).finish()
                for threads in ["1", "8"] {
                    let fast = try RunningCommand(
                        arguments + ["--quiet", "--threads", threads, input], folder: space.path
                    ).finish()
                    #expect(fast.status == slow.status, "\(threads) threads, odd \(odd): \(input) \(fast.errorText)")
                    #expect(fast.output == slow.output, "\(threads) threads, odd \(odd): \(arguments) \(input)")
                }
            }
        }
    }

    @Test("Each oddity alone, at every place of a pair of jobs", .seeded, arguments: Log.Oddity.allCases)
    func oddities(_ oddity: Log.Oddity) throws {
        var random = SplitMix64(seed: Seeds.new)
        let space = try Workspace()
        var log = Log(odd: 0)
        for place in 0..<4 {
            let lines = (0..<4).map { number in
                let line = log.plain(number, &random)
                return number == place ? oddity.change(line, &random) : line + "\n"
            }
            try space.write(lines.joined(), as: "log.jsonl")
            for options in oddity == .sharedID ? [[], ["--identity"]] : [[]] {
                let arguments = ["summary", "--format", "json", "log.jsonl"] + options
                let slow = try importAudit(arguments: arguments + ["--verbose"], folder: space.path)
                let fast = try importAudit(arguments: arguments + ["--quiet"], folder: space.path)
                #expect(fast.status == slow.status, "\(oddity), line \(place): \(lines)")
                #expect(fast.output == slow.output, "\(oddity), line \(place): \(lines)")
            }
        }
        // And as the only contents of a file.
        try space.write(oddity.change(log.plain(9, &random), &random), as: "in/job.json")
        let slow = try importAudit("summary", "--format", "json", "--verbose", "in", folder: space.path)
        let fast = try importAudit("summary", "--format", "json", "--quiet", "in", folder: space.path)
        #expect(fast.status == slow.status, "\(oddity)")
        #expect(fast.output == slow.output, "\(oddity)")
    }

    /// Random lines of a log.
    struct Log {
        /// The probability that a line is odd.
        var odd: Double
        private var ids: [String] = []

        init(odd: Double) {
            self.odd = odd
        }

        mutating func line(_ number: Int, _ random: inout SplitMix64) -> String {
            let line = plain(number, &random)
            guard Double.random(in: 0..<1, using: &random) < odd else { return line + "\n" }
            return (Oddity.allCases.randomElement(using: &random) ?? .blankLine).change(line, &random)
        }

        mutating func plain(_ number: Int, _ random: inout SplitMix64) -> String {
            var id = Self.uuid(&random)
            // Some jobs have an earlier dump.
            if Int.random(in: 0..<40, using: &random) == 0, let known = ids.randomElement(using: &random) { id = known }
            ids.append(id)
            let space = Int.random(in: 0..<6, using: &random) == 0 ? " " : ""
            var counts = (succeeded: 0, failed: 0)
            let rows = (0..<Int.random(in: 1...6, using: &random)).map { row in
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    counts.failed += 1
                    let code = ["invalid_email", "rate_limited", "x"].randomElement(using: &random) ?? ""
                    // Some messages resemble the markers for values in a template.
                    let message = [
                        "Email is required", "Row \(row) of 'abc' is bad", "", "<job> and <source>", "1234567890123",
                    ].randomElement(using: &random)
                    return #"{"error":\#(space){"code":"\#(code)","message":"\#(message ?? "")"}}"#
                case 1, 2:
                    counts.succeeded += 1
                    return #"{"id":"\#(Self.uuid(&random))",\#(space)"existing":true}"#
                default:
                    counts.succeeded += 1
                    return #"{"id":"\#(Self.uuid(&random))",\#(space)"created":true}"#
                }
            }
            let day = ["2025-03-04", "2025-03-05", "2024-02-29", "1999-12-31"].randomElement(using: &random) ?? ""
            // Some servers omit counts.
            let declared = [
                ("processed", rows.count), ("succeeded", counts.succeeded), ("failed", counts.failed),
            ].filter { _ in Int.random(in: 0..<8, using: &random) > 0 }.map { "\"\($0.0)\":\($0.1)," }
            return #"{"job_id":"\#(id)",\#(space)"status":"complete","total":\#(rows.count),\#(declared.joined())"#
                + #""created_at":"\#(day)T10:00:00Z","updated_at":"\#(day)T10:00:05Z","#
                + #""results":\#(space)[\#(rows.joined(separator: "," + space))]}"#
        }

        fileprivate static func uuid(_ random: inout SplitMix64) -> String {
            let digits = [random.next(), random.next()].map { String($0 | 1 << 63, radix: 16) }.joined()
            var groups: [Substring] = []
            var rest = digits[...]
            for count in [8, 4, 4, 4, 12] {
                groups.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            return groups.joined(separator: "-")
        }

        /// Parts of a log line that must not be skipped.
        enum Oddity: String, CaseIterable, Sendable {
            case blankLine, spaces, tab, carriageReturn, textBehind, textBetween, twoOnALine, otherDocument, number
            case torn, tornInRow, glued, stray, escape, beyondASCII, invalid, unknownField, unknownRowField, repeatedKey
            case wrongCount, missingRow, excessRow, wrongType, processing, noStatus, otherStatus, nullField, dateOrder
            case noDate, otherDate, wrongDate, leapSecond, fraction, noUUID, emptyID, noCode, emptyCode, noMessage
            case contradictory, unclassified, falseFlags, jobError, nested, element, noRows, noResults, largeNumber
            case leadingZero, decimal, markedOrder, longText, pretty, sharedID, resultsFirst, rowKeysInOtherOrder
            case capitalID, nearlyUUID, mostRows, tooManyRows, nul, hour24, noLeapDay, yearZero, smallLetterZ, telling

            private static func id(_ number: Int) -> String {
                "0b0e7a40-1111-4111-8111-" + String(100_000_000_000 + number)
            }

            func change(_ line: String, _ random: inout SplitMix64) -> String {
                func swap(_ old: String, _ new: String) -> String {
                    line.replacing(old, with: new, maxReplacements: 1) + "\n"
                }
                let cut = Int.random(in: 1..<line.utf8.count, using: &random)
                switch self {
                case .blankLine: return line + "\n\n"
                case .spaces: return "  " + swap(",", " , ")
                case .tab: return swap(":", ":\t")
                case .carriageReturn: return line + "\r\n"
                case .textBehind: return line + " done\n"
                case .textBetween: return line + "\nGET /imports 200\n"
                case .twoOnALine: return line + line + "\n"
                case .otherDocument: return line + "\n{\"level\":\"info\",\"msg\":\"x\"}\n"
                case .number: return line + "\n17\n"
                case .torn: return String(line.prefix(cut)) + "\n"
                case .tornInRow: return String(line.prefix(max(1, line.utf8.count - 20))) + "\n"
                case .glued: return String(line.prefix(cut)) + line + "\n"
                case .stray: return swap("}", "}x")
                case .escape: return swap("required", "req\\u0075ired \\n")
                case .beyondASCII: return swap("Email", "É-mail 漢")
                case .invalid: return swap("complete", "comp\u{7F}lete")
                case .unknownField: return swap("\"total\"", "\"region\":\"eu\",\"total\"")
                case .unknownRowField: return swap("{\"id\"", "{\"n\":1,\"id\"")
                case .repeatedKey: return swap("\"total\"", "\"total\":1,\"total\"")
                case .wrongCount: return swap("\"failed\":", "\"failed\":1")
                case .missingRow: return swap("\"total\":", "\"total\":1")
                case .excessRow: return swap("\"results\":", "\"results\":[],\"results\":")
                case .wrongType: return swap("\"total\":", "\"total\":\"x\",\"processed\":")
                case .processing: return swap("complete", "processing")
                case .noStatus: return swap("\"status\":\"complete\",", "")
                case .otherStatus: return swap("complete", "cancelled")
                case .nullField: return swap("\"complete\"", "null")
                case .dateOrder: return swap("T10:00:05Z", "T09:00:05Z")
                case .noDate: return swap("\"created_at\"", "\"expires_at\"")
                case .otherDate: return swap("T10:00:00Z", "T10:00:00+02:00")
                case .wrongDate: return swap("-0", "-9")
                case .leapSecond: return swap(":05Z", ":60Z")
                case .fraction: return swap(":05Z", ":05.25Z")
                case .noUUID: return swap("{\"id\":\"", "{\"id\":\"x")
                case .emptyID: return swap("\"job_id\":\"", "\"job_id\":\"\",\"x\":\"")
                case .noCode: return swap("\"code\":\"", "\"kode\":\"")
                case .emptyCode: return swap("invalid_email", "")
                case .noMessage: return swap("\"message\":\"", "\"massage\":\"")
                case .contradictory: return swap("\"created\":true", "\"created\":true,\"existing\":true")
                case .unclassified: return swap("\"created\":true", "\"created\":false")
                case .falseFlags: return swap("\"created\":true", "\"created\":true,\"existing\":false,\"error\":null")
                case .jobError: return swap("\"total\"", "\"error\":{\"code\":\"e\",\"message\":\"m\"},\"total\"")
                case .nested: return "{\"data\":" + line + "}\n"
                case .element: return "[" + line + "]\n"
                case .noRows: return "{\"job_id\":\"n\",\"status\":\"complete\",\"total\":0,\"results\":[]}\n"
                case .noResults: return swap("\"results\"", "\"rows\"")
                case .largeNumber: return swap("\"total\":", "\"total\":99999999999999999")
                case .leadingZero: return swap("\"total\":", "\"total\":0")
                case .decimal: return swap(",\"processed\"", ".0,\"processed\"")
                case .markedOrder: return "\u{FEFF}" + line + "\n"
                case .longText: return swap("Email", String(repeating: "Email ", count: 1000))
                case .pretty: return line.replacing(",", with: ",\n  ") + "\n"
                case .resultsFirst:
                    let parts = line.dropFirst().dropLast().split(separator: #","results":"#)
                    return "{\"results\":\(parts.last ?? ""),\(parts.first ?? "")}\n"
                case .rowKeysInOtherOrder:
                    return line.replacing(#"","created":true}"#, with: #""}"#, maxReplacements: 1)
                        .replacing(#"{"id":"#, with: #"{"created":true,"id":"#, maxReplacements: 1) + "\n"
                case .capitalID:
                    let id = line.dropFirst(11).prefix(36)
                    return line.replacing(id, with: id.uppercased(), maxReplacements: 1) + "\n"
                case .nearlyUUID: return swap("-", "_")
                case .mostRows, .tooManyRows:
                    let count = self == .mostRows ? 256 : 257
                    let rows = (0..<count).map {
                        "{\"id\":\"\(Self.id($0))\",\"\($0 % 3 == 0 ? "existing" : "created")\":true}"
                    }
                    return #"{"job_id":"many","status":"complete","total":\#(count),"results":["#
                        + rows.joined(separator: ",") + "]}\n"
                case .nul: return line.prefix(cut) + "\0" + line.dropFirst(cut) + "\n"
                case .hour24: return swap("T10:00:05Z", "T24:00:05Z")
                case .noLeapDay: return line.replacing(/updated_at":"[-0-9]+/, with: "updated_at\":\"2023-02-29") + "\n"
                case .yearZero: return line.replacing(/created_at":"[-0-9]+/, with: "created_at\":\"0000-01-01") + "\n"
                case .smallLetterZ: return swap(":05Z", ":05z")
                case .telling: return swap("\"created\":true", "\"erected\":true")
                case .sharedID:
                    let id = "abe72624-edce-4501-ae6b-4bb368266112"
                    let row = #"{"id":"\#(id)","created":true},"#
                    let other = #"{"id":"\#(id.uppercased())","created":true},"#
                    return #"{"job_id":"shared","status":"complete","total":2,"results":["# + row + other.dropLast()
                        + "]}\n"
                }
            }
        }
    }
}
