import ArgumentParser
import CodeFiles
import ImportAnalysis
import ImportRedaction

/// The options of commands whose output may be shared.
struct RedactionOptions: ParsableArguments {
    @Flag(
        name: .customLong("redact"),
        help: ArgumentHelp(
            "Replace e-mail addresses, phone numbers, quoted values, ids and file names with pseudonyms. "
                + "The same value always gets the same pseudonym."))
    var isOn = false

    @Option(
        help: ArgumentHelp(
            "The key of the pseudonyms, 16 bytes or more: the same key gives the same pseudonyms in every run. Random by default.",
            valueName: "file"),
        completion: .file())
    var redactKeyFile: String?

    @Option(
        help: ArgumentHelp("More words to replace, and words to keep.", valueName: "redact.yml"), completion: .file())
    var redactRules: String?

    func validate() throws {
        try GivenNames.check(redactKeyFile, of: "--redact-key-file")
        try GivenNames.check(redactRules, of: "--redact-rules")
        if !isOn, redactKeyFile != nil || redactRules != nil {
            throw ValidationError("--redact-key-file and --redact-rules need --redact.")
        }
    }

    /// The redaction; nil without `--redact`.
    ///
    /// - Parameter isQuiet: suppresses the notice about a random key.
    func redaction(isQuiet: Bool) throws(CommandFailure) -> Redaction? {
        guard isOn else { return nil }
        var rules = RedactionRules()
        var rulesBytes: [UInt8] = []
        if let redactRules {
            rulesBytes = try CodesOptions.bytes(of: redactRules)
            do throws(FileFault) {
                rules = try RedactionFile.rules(from: rulesBytes)
            } catch {
                throw CommandFailure(.usage, of: error.place(in: redactRules), error.explanation)
            }
        }
        guard let redactKeyFile else {
            if !isQuiet {
                Console.say(
                    "Without --redact-key-file, the pseudonyms use a random key: no other run gets the same ones.")
            }
            var random = SystemRandomNumberGenerator()
            let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            return Redaction(key: key, isKeyed: false, rules: rules, rulesBytes: rulesBytes)
        }
        return Redaction(
            key: try Self.key(from: redactKeyFile), isKeyed: true, rules: rules, rulesBytes: rulesBytes)
    }

    /// Reads the key: all bytes of the file, except a line feed at its end.
    private static func key(from file: String) throws(CommandFailure) -> [UInt8] {
        let expected = "a key has \(Pseudonyms.keyBytes.lowerBound) to \(Pseudonyms.keyBytes.upperBound) bytes"
        let bytes = try InputFile(file, of: .option).readAll(limit: Pseudonyms.keyBytes.upperBound + 1)
        guard var key = bytes else { throw CommandFailure(.usage, of: file, "the file is too large; \(expected)") }
        if key.last == UInt8(ascii: "\n") { key.removeLast() }
        guard Pseudonyms.keyBytes.contains(key.count) else {
            throw CommandFailure(.usage, of: file, "there are \(key.count) bytes; \(expected)")
        }
        return key
    }
}

/// The way values are replaced in a run, the same for all threads.
struct Redaction: Sendable {
    /// Replaces values in texts and rows with pseudonyms. Each thread has a copy.
    let redactor: TextRedactor
    let names: SourceNames
    /// The mark in summaries and pages.
    let mark: RedactionMark
    /// The user's own rules as they were read; empty if there are none.
    let rulesBytes: [UInt8]

    /// Everything that the pseudonyms depend on, without the key.
    var origin: [[UInt8]] { [Array("redacted \(mark.keyID)".utf8), rulesBytes] }

    /// Returns the pseudonym of a whole value.
    func value(_ text: String) -> String {
        var redactor = redactor
        return redactor.value(text)
    }

    init(key: [UInt8], isKeyed: Bool, rules: RedactionRules, rulesBytes: [UInt8]) {
        let pseudonyms = Pseudonyms(key: key)
        redactor = TextRedactor(pseudonyms, rules: rules)
        names = SourceNames(pseudonyms, rules: rules)
        mark = RedactionMark(isKeyed: isKeyed, keyID: pseudonyms.keyID)
        self.rulesBytes = rulesBytes
    }
}
