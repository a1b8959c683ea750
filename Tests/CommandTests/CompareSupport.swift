import Foundation
import Testing

/// Two audits of the same rows with planted changes, and what a comparison of them must say.
enum SecondTry {
    /// A JSON value as a text that compares.
    static func sorted(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]), as: UTF8.self)
    }

    /// Makes them, and returns what is expected; nil if there is no Python.
    static func planted(
        _ space: Workspace, seed: Int, rows: Int, jobs: Int = 1
    ) throws -> [String: Any]? {
        let arguments = ["--seed", "\(seed)", "--rows", "\(rows)", "--jobs", "\(jobs)", space.path]
        guard let made = try Python.run("Tests/Oracle/second_try.py", arguments) else { return nil }
        #expect(made.status == 0, "\(made)")
        return try parsed(try space.bytes("expected.json"))
    }

    /// The rows of the patterns are those of their code, on both sides.
    static func expectSums(_ found: [String: Any]) throws {
        for code in try #require(found["codes"] as? [[String: Any]]) {
            let other = try #require(code["other_messages"] as? [String: Int])
            for side in ["before", "after"] {
                let rows = try #require(code["messages"] as? [[String: Any]]).map { $0[side] as? Int ?? -1 }
                #expect(rows.reduce(other[side] ?? -1, +) == code[side] as? Int, "\(code)")
            }
        }
    }
}
