import ArgumentParser
import ImportAnalysis
import ImportReports
import XHTMLValidation

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check XHTML files against the report grammar.",
        discussion: """
            Prints one line for each problem (file:line: what is wrong) and one line for each valid file. No file loads \
            anything that it refers to. The grammar is the one that every page of report follows: XHTML5 without scripts \
            and without external resources.

            EXAMPLES
              import-audit validate page.xhtml
              import-audit validate audit/index.xhtml
            """
    )

    @Argument(help: ArgumentHelp("XHTML files, or - for standard input.", valueName: "file.xhtml"), completion: .file())
    var arguments: [String]

    func validate() throws { try GivenNames.check(inputs: ManyArguments.putBack(arguments)) }

    func run() throws {
        try reportingFailures {
            let validator = try PageValidator()
            var status = ExitStatus.done
            for name in ManyArguments.putBack(arguments) {
                if Interruption.isRequested { throw Interrupted() }
                do throws(CommandFailure) {
                    let problems = try validator.problems(ofFile: name)
                    try Console.write(problems.map { "\(shownText($0))\n" }.joined())
                    if problems.isEmpty {
                        try Console.write("\(shownText(name)): valid\n")
                    } else {
                        status = status.orWorse(.notPassed)
                    }
                } catch {
                    guard error.status != .cannotWrite else { throw error }
                    Console.complain(error.message)
                    status = status.orWorse(error.status)
                }
            }
            return status
        }
    }
}

/// Checks pages against the built-in grammar.
struct PageValidator {
    private let pages: PageSeries

    init() throws(CommandFailure) {
        do throws(XHTMLGrammar.Failure) {
            pages = PageSeries(grammar: try XHTMLGrammar(BuiltInTemplates.grammar))
        } catch {
            let reason = error.problems.first.map { "line \($0.line): \($0.message)" } ?? "it cannot be compiled"
            throw CommandFailure(
                .internalFault, "the built-in report grammar cannot be read, perhaps for want of memory: \(reason)")
        }
    }

    /// Returns one line for each problem of a file.
    func problems(ofFile name: String) throws(CommandFailure) -> [String] {
        let limit = XHTMLValidator.maximumSize
        guard let bytes = try InputFile(name).readAll(limit: limit) else {
            return ["\(name): the file is larger than \(limit / 1024 / 1024) MiB; no report is that large"]
        }
        return pages.problems(in: bytes).map { problem in
            "\(name):\(problem.line):\(problem.column.map { "\($0):" } ?? "") \(problem.message)"
        }
    }

    /// Returns the first problem of a page made from a template, and the text of its line; nil if the page is valid.
    func firstProblem(of page: [UInt8]) -> (problem: XHTMLProblem, line: String)? {
        guard let problem = pages.problems(in: page).first else { return nil }
        let lines = page.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.indices.contains(problem.line - 1) ? lines[problem.line - 1] : []
        return (problem, String(decoding: line.prefix(200), as: UTF8.self))
    }
}
