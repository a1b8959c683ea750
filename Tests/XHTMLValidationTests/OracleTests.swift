import Foundation
import Testing
import XHTMLValidation

/// libxml2's own command on the same files: another caller of the same library, with none of our code.
@Suite("Agreement with xmllint", .enabled(if: Oracle.path != nil, "xmllint is not installed"))
struct OracleTests {
    @Test("valid files", arguments: try Fixture.all(in: "valid"))
    func valid(fixture: Fixture) throws {
        let accepts = try Oracle.accepts(fixture)
        #expect(accepts)
    }

    /// Not compared: what is refused here before the grammar is asked.
    private static let stricter: Set<XHTMLProblem.Code> = [.encoding, .doctype, .tooManyAttributes]

    @Test("invalid files", arguments: try Fixture.all(in: "invalid"))
    func invalid(fixture: Fixture) throws {
        let codes = Set(try XHTMLValidator.report.get().problems(in: fixture.bytes).map(\.code))
        guard codes.isDisjoint(with: Self.stricter) else { return }
        let accepts = try Oracle.accepts(fixture)
        #expect(accepts == codes.isDisjoint(with: [.grammar, .notWellFormed]))
    }
}

private enum Oracle {
    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/xmllint" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static func accepts(_ fixture: Fixture) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "")
        process.arguments = ["--nonet", "--noout", "--relaxng", Fixture.grammar.path, fixture.url.path]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
