import ImportAnalysis
import ImportFoundation
import ImportReports

extension ReportSettings {
    /// The options that affect the output, each as a user would give it, in a fixed order. The user's own files are
    /// identified by their contents, not by their paths.
    var shapingOptions: [String] {
        var options = ["--formats \(formats.list)"]
        if formats.linksStyle { options.append("--css linked") }
        if csv.isRaw { options.append("--csv-raw") }
        if csv.hasByteOrderMark { options.append("--csv-bom") }
        if let mailDate { options.append("--date \(mailDate.text)") }
        if let markdownLimit { options.append("--markdown-limit \(markdownLimit)") }
        if jobReports != .all { options.append("--job-reports \(jobReports)") }
        if isStrict { options.append("--strict") }
        options += selector?.selection.options ?? []
        if let encoding { options.append("--encoding \(encoding)") }
        for (name, bytes) in ownTemplates.sorted(by: { $0.key < $1.key }) {
            options.append("--templates \(name) sha256:\(Self.hash(bytes))")
        }
        options += userRules.shapingOptions
        if let redaction { options += redaction.shapingOptions }
        if let lines {
            options += lines.files.map { PackManifest.sourceOption + $0.sha256 }
            if lines.trustsOrder { options.append("--trust-order") }
        }
        return options
    }

    fileprivate static func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes.span)
        return hash.finish()
    }
}

extension Redaction {
    fileprivate var shapingOptions: [String] {
        ["--redact", "\(mark.isKeyed ? "--redact-key-file" : "random") key:\(mark.keyID)"]
            + (rulesBytes.isEmpty ? [] : ["--redact-rules sha256:\(ReportSettings.hash(rulesBytes))"])
    }
}

extension UserRules {
    fileprivate var shapingOptions: [String] {
        var options: [String] = []
        // In the list of what they were made from, the codes file comes first, then its day.
        if codes != nil, let file = origin.first {
            options.append("--codes sha256:\(ReportSettings.hash(file))")
            let day = origin.dropFirst().first.map { String(decoding: $0, as: UTF8.self) } ?? ""
            if !day.isEmpty { options.append("--as-of \(day)") }
        }
        let rules = gate?.rules ?? []
        options += rules.map { rule in "--\(rule.name)" + (rule.argument.map { " \($0)" } ?? "") }
        if rules.contains(where: { $0.isOnlyPending == true }) { options.append("--only-new-codes") }
        return options
    }
}
