import ImportAnalysis
import ImportRedaction

/// How values are replaced in a run, the same for all threads.
struct Redaction: Sendable {
    /// Puts pseudonyms into texts and rows. Each thread takes a copy.
    let redactor: TextRedactor
    let names: SourceNames
    /// What summaries and pages say.
    let mark: RedactionMark
    /// The user's own rules as they were read; empty without any.
    let rulesBytes: [UInt8]

    /// All that the pseudonyms depend on, without the key.
    var origin: [[UInt8]] { [Array("redacted \(mark.keyID)".utf8), rulesBytes] }

    init(key: [UInt8], isKeyed: Bool, rules: RedactionRules, rulesBytes: [UInt8]) {
        let pseudonyms = Pseudonyms(key: key)
        redactor = TextRedactor(pseudonyms, rules: rules)
        names = SourceNames(pseudonyms, rules: rules)
        mark = RedactionMark(isKeyed: isKeyed, keyID: pseudonyms.keyID)
        self.rulesBytes = rulesBytes
    }
}
