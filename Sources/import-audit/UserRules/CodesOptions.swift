import ArgumentParser
import CodeFiles
import ImportAnalysis
import ImportFoundation

/// The options of commands that use a codes file.
struct CodesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with what you know about codes: titles, owners, what to do, what is accepted.",
            valueName: "codes.yml"),
        completion: .file())
    var codes: String?

    @Option(
        help: ArgumentHelp("The day on which acceptances in the codes file are judged.", valueName: "YYYY-MM-DD"),
        transform: CalendarDay.option("--as-of"))
    var asOf: CalendarDay?

    func validate() throws {
        try GivenNames.check(codes, of: "--codes")
        if asOf != nil, codes == nil {
            throw ValidationError("--as-of needs --codes: it is the day on which its entries are judged.")
        }
    }

    /// Reads the file, if one is given.
    func userRules() throws(CommandFailure) -> UserRules {
        guard let codes else { return UserRules() }
        let bytes = try Self.bytes(of: codes)
        do throws(FileFault) {
            let book = try CodeFile.codeBook(from: bytes, asOf: asOf)
            return UserRules(codes: book, origin: [bytes, Array((asOf?.text ?? "").utf8)])
        } catch {
            throw CommandFailure(.usage, of: error.place(in: codes), error.explanation)
        }
    }

    /// Reads the whole file that an option names.
    static func bytes(of file: String) throws(CommandFailure) -> [UInt8] {
        // The message is that of the reader, which refuses larger files, too.
        guard let bytes = try InputFile(file, of: .option).readAll(limit: YAMLFile.maximumSize) else {
            throw CommandFailure(.usage, of: file, FileFault(.tooLarge).explanation)
        }
        return bytes
    }
}
