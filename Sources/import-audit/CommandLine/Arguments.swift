import Glibc
import ImportAnalysis

/// The arguments of the process, checked for what ArgumentParser would misunderstand without a word.
enum Arguments {
    /// Returns all arguments without the name of the program.
    ///
    /// - Throws: ``CommandFailure`` with the status for wrong usage, for an argument that is not UTF-8 or looks like a
    ///   group of one-letter options.
    static func all() throws(CommandFailure) -> [String] {
        var result: [String] = []
        result.reserveCapacity(Int(CommandLine.argc))
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = unsafe CommandLine.unsafeArgv[index] else { break }
            result.append(try unsafe text(argument))
        }
        try checkHyphens(result)
        return result
    }

    /// Swift would replace bytes that are not UTF-8 with U+FFFD, which may be the name of another file.
    private static func text(_ argument: UnsafePointer<CChar>) throws(CommandFailure) -> String {
        if let text = unsafe String(validatingCString: argument) { return text }
        throw CommandFailure(
            .usage, of: shownText(unsafe escaped(argument)),
            "This argument is not UTF-8. Rename the file, or give the folder that contains it.")
    }

    /// Returns the text with `\xFF` and the like for bytes beyond ASCII.
    private static func escaped(_ argument: UnsafePointer<CChar>) -> String {
        var result = ""
        for index in unsafe 0..<strlen(argument) {
            let byte = unsafe UInt8(bitPattern: argument[index])
            if byte < 0x80 {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "\\x" + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// Fails for an argument such as `-the.json`, which a shell makes from `*`. ArgumentParser reads each of its letters
    /// as an option, so that one with an `h` would print help, and a check would pass.
    private static func checkHyphens(_ arguments: [String]) throws(CommandFailure) {
        for argument in arguments {
            if argument == "--" { return }
            let bytes = argument.utf8
            guard bytes.count > 2, bytes.first == hyphen else { continue }
            let second = bytes[bytes.index(after: bytes.startIndex)]
            guard second != hyphen, !argument.utf8.starts(with: "-o=".utf8) else { continue }
            // A negative number is the value of an option, which refuses it in its own words.
            if bytes.dropFirst().allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) { continue }
            throw CommandFailure(
                .usage, of: argument,
                "Unknown option. For a file of that name, write ./\(argument); for the value of an option, put = between."
            )
        }
    }

    private static let hyphen = UInt8(ascii: "-")
}
