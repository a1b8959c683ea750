import Foundation
import Testing

/// `--csv-bom`: a mark at the very beginning of every CSV file, and nowhere else.
struct ByteOrderMarkTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func csvFiles(_ tree: [String: [UInt8]]) -> [String: [UInt8]] {
        tree.filter { $0.key.hasSuffix(".csv") }
    }

    @Test("Every CSV file of reports and overviews differs by the mark alone", arguments: [[], ["--csv-raw"]])
    func everyFile(options: [String]) throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        // The id comes after the rows: the file is rewritten.
        try space.write(#"{"results":[{"error":{"code":"=é","message":"m"}}],"job_id":"late"}"#, as: "in/late.json")
        for (folder, more) in [("plain", []), ("marked", ["--csv-bom"])] {
            let run = try RunningCommand(["report", "in", "-o", folder] + options + more, folder: space.path).finish()
            #expect(run.status == 0, "\(run)")
        }
        let plain = csvFiles(try space.tree("plain"))
        let marked = csvFiles(try space.tree("marked"))
        #expect(plain.count > 30 && marked.count == plain.count)
        for (name, bytes) in plain { #expect(marked[name] == Self.mark + bytes, "\(name)") }
        try space.shell(
            "python3 -c 'import csv; [next(csv.DictReader(open(\"marked/\" + n, encoding=\"utf-8-sig\", newline=\"\")))"
                + "[\"job_id\"] for n in (\"jobs.csv\", \"codes.csv\", \"failures.csv\")]'")
    }

    @Test("merge has the mark too, and a choice of it makes report do everything anew")
    func mergeAndManifest() throws {
        let space = try Workspace()
        try space.makeJobs(5, in: "in")
        _ = try importAudit("report", "in", "-o", "o", folder: space.path)
        let again = try importAudit("report", "in", "-o", "o", "--csv-bom", folder: space.path)
        #expect(again.status == 0 && again.errorText.contains("with other options"), "\(again)")
        let merged = try importAudit("merge", "o/summary.json", "-o", "m", "--csv-bom", folder: space.path)
        #expect(merged.status == 0, "\(merged)")
        for name in ["jobs.csv", "codes.csv"] {
            let bytes = try space.bytes("m/\(name)")
            #expect(bytes.starts(with: Self.mark) && !bytes.dropFirst(3).starts(with: Self.mark), "\(name)")
        }
    }
}
