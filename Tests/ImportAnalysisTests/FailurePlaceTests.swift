import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Where the failed rows are: positions and stretches.
@Suite struct FailurePlaceTests {
    /// F: failed with code f; G: failed with code g; N: failed without a code; anything else: created.
    private func summary(_ rows: String) throws -> JobSummary {
        let texts: [Character: String] = ["F": failed("f"), "G": failed("g"), "N": #"{"error":{}}"#]
        return try audit(job(rows: rows.map { texts[$0] ?? created }))
    }

    private func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    @Test(arguments: [1, 63, 64, 65, 128, 129, 1000])
    func positionsAddUp(_ rows: Int) throws {
        let text = (0..<rows).map { $0 % 3 == 0 ? "F" : $0 % 7 == 0 ? "N" : "." }.joined()
        let summary = try summary(text)
        let positions = try #require(summary.failurePositions)
        let width = positions.bucketRows
        #expect(positions.counts.count == (rows + width - 1) / width)
        #expect(positions.counts.count <= 64 && (width == 1 || positions.counts.count > 32))
        for (index, count) in positions.counts.enumerated() {
            #expect(count == text.dropFirst(index * width).prefix(width).count { $0 != "." })
        }
        let ofCodes = summary.failedByCode.compactMap(\.positions)
        #expect(ofCodes.allSatisfy { $0.bucketRows == width })
        #expect(
            positions.counts.indices.allSatisfy { index in
                ofCodes.reduce(0) { $0 + $1.counts[index] } == positions.counts[index]
            })
    }

    @Test func nothingFailed() throws {
        let summary = try summary("....")
        #expect(summary.failurePositions == nil)
        #expect(summary.failureStretches.isEmpty)
    }

    @Test func theLongestStretches() throws {
        let text =
            "F." + times(10, "F") + "." + times(9, "F") + "." + times(6, "F") + times(7, "G") + "." + times(12, "N")
            + "." + times(10, "GF") + "." + times(11, "F") + ".." + times(11, "G") + "." + times(14, "F")
        let found = try summary(text).failureStretches
        for stretch in found {
            let part = text.dropFirst(stretch.firstRow - 1).prefix(stretch.rows)
            #expect(!part.contains(".") && part.count == stretch.rows)
            #expect(
                part.count { $0 == (stretch.code == "f" ? "F" : stretch.code == "g" ? "G" : "N") } == stretch.codeRows)
        }
        #expect(found.map(\.rows) == [20, 14, 13, 12, 11])
    }

    @Test func oneStretchOfAllRowsSaysNothing() throws {
        #expect(try summary(times(20, "F")).failureStretches.isEmpty)
        #expect(try summary(times(20, "F") + ".").failureStretches.map(\.rows) == [20])
        #expect(try summary("." + times(20, "F")).failureStretches.map(\.lastRow) == [21])
    }
}
