import ImportAnalysis
import ImportFoundation

/// Renders a report as a mail that is ready to be sent (RFC 5322): a summary for people, as text and as HTML with
/// inline styles, with the page attached.
///
/// The mail is a draft without addresses. It does not depend on when or where it was made: its date is that of the job,
/// and its id and boundaries are hashes of its content.
package enum Mail {
    /// - Parameters:
    ///   - page: the report as a page, which is attached.
    ///   - pageName: the file name of the attachment.
    ///   - date: the date of the mail; nil for the job's own.
    package static func render(_ brief: Brief, page: [UInt8], pageName: String, date: MessageDate? = nil) -> [UInt8] {
        let text = quotedPrintable(self.text(brief, pageName: pageName))
        let html = quotedPrintable(self.html(brief, pageName: pageName))
        var hash = SHA256()
        for part in [text, html, page] { hash.update(part.span) }
        let digest = hash.finish().prefix(32)
        // No line of quoted-printable or Base64 contains "=_".
        let (mixed, alternative) = ("=_\(digest)-mixed", "=_\(digest)-alternative")

        var mail = MailBuilder()
        // These headers come first: a later run recognizes the file by them.
        mail.line("Message-ID: <\(digest)@import-audit.invalid>")
        // Mail programs open the file as a draft.
        mail.line("X-Unsent: 1")
        if let date = date ?? brief.date { mail.line("Date: \(date.text)") }
        mail.header("Subject", "Import audit: \(brief.subject)")
        mail.line("MIME-Version: 1.0")
        mail.line("Content-Type: multipart/mixed;")
        mail.line(" boundary=\"\(mixed)\"")
        mail.line("")
        mail.line("--\(mixed)")
        mail.line("Content-Type: multipart/alternative;")
        mail.line(" boundary=\"\(alternative)\"")
        mail.line("")
        for (type, body) in [("plain", text), ("html", html)] {
            mail.line("--\(alternative)")
            mail.line("Content-Type: text/\(type); charset=utf-8")
            mail.line("Content-Transfer-Encoding: quoted-printable")
            mail.line("")
            mail.append(body)
        }
        mail.line("--\(alternative)--")
        mail.line("")
        mail.line("--\(mixed)")
        mail.line("Content-Type: application/xhtml+xml; charset=utf-8; name=\"\(pageName)\"")
        mail.line("Content-Disposition: attachment; filename=\"\(pageName)\"")
        mail.line("Content-Transfer-Encoding: base64")
        mail.line("")
        mail.append(Base64.encode(page, lineLength: 76))
        mail.line("--\(mixed)--")
        return mail.bytes
    }

    // MARK: - Text

    private static func text(_ brief: Brief, pageName: String) -> String {
        var lines = [brief.title, brief.facts.joined(separator: " · "), "", brief.headline, brief.remark, ""]
        for figure in brief.figures {
            lines.append("\(figure.label): \(figure.count)\(figure.share.isEmpty ? "" : " (\(figure.share))")")
        }
        if !brief.steps.isEmpty {
            lines += ["", "What to do next"]
            for step in brief.steps {
                lines.append("- \(step.heading): \(step.rows)")
                if !step.codes.isEmpty { lines.append("  \(codes(of: step))") }
                if let note = step.note { lines.append("  \(note)") }
            }
        }
        if !brief.codes.isEmpty {
            lines += ["", "Failed rows by code"]
            lines += brief.codes.map { "- \($0.name): \($0.count) (\($0.share))" }
            if brief.moreCodes > 0 { lines.append("- \(Wording.moreCodes(brief.moreCodes))") }
        }
        if !brief.findings.isEmpty { lines += ["", "Findings"] + brief.findings.map { "- \($0.text)" } }
        if !brief.jobs.isEmpty { lines += ["", "Worst jobs"] + brief.jobs.map { "- \($0.text)" } }
        lines += ["", "The whole report is attached: \(pageName)"]
        if let redaction = brief.redaction { lines.append(redaction) }
        lines.append(brief.tool)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func codes(of step: Brief.Step) -> String {
        let codes = step.codes.map { "\($0.name) \($0.count)" }
        return (codes + (step.more > 0 ? [Wording.moreCodes(step.more)] : [])).joined(separator: ", ")
    }

    // MARK: - HTML

    private static func html(_ brief: Brief, pageName: String) -> String {
        let muted = "color:#57606a"
        var html = """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>\(escaped(brief.subject))</title></head>
            <body style="margin:0;padding:24px 16px;font:15px/1.5 -apple-system,'Segoe UI',Helvetica,Arial,sans-serif;color:#1b1f24;background:#ffffff">
            <div style="max-width:600px;margin:0 auto">
            <p style="margin:0;font-size:13px;\(muted)">Import audit</p>
            <p style="margin:0;font-weight:600"><bdi>\(escaped(brief.title))</bdi></p>

            """
        if !brief.facts.isEmpty {
            let facts = brief.facts.map { "<bdi>\(escaped($0))</bdi>" }.joined(separator: " · ")
            html += "<p style=\"margin:0;font-size:13px;\(muted)\">\(facts)</p>\n"
        }
        html += """
            <h1 style="margin:20px 0 0;padding-left:12px;border-left:4px solid \(colour(brief.level));font-size:22px;line-height:1.3">\(escaped(brief.headline))</h1>
            <p style="margin:6px 0 16px;padding-left:16px;\(muted)">\(escaped(brief.remark))</p>
            <table role="presentation" cellpadding="0" cellspacing="0" style="width:100%;border-collapse:collapse">

            """
        for figure in brief.figures {
            html += row(
                escaped(figure.label), "<strong>\(figure.count)</strong>",
                "<span style=\"\(muted)\">\(escaped(figure.share))</span>")
        }
        html += "</table>\n"
        func section(_ heading: String, _ items: [String]) {
            guard !items.isEmpty else { return }
            html += "<h2 style=\"margin:24px 0 6px;font-size:16px\">\(heading)</h2>\n"
            html += "<ul style=\"margin:0;padding-left:20px\">\n"
            for item in items { html += "<li style=\"margin:4px 0\">\(item)</li>\n" }
            html += "</ul>\n"
        }
        section(
            "What to do next",
            brief.steps.map { step in
                let codes =
                    step.codes.isEmpty ? "" : "<br><span style=\"font-size:13px;\(muted)\">\(codeList(step))</span>"
                let note = step.note.map { "<br><span style=\"font-size:13px;\(muted)\">\(escaped($0))</span>" } ?? ""
                return "<strong>\(escaped(step.heading))</strong> \(escaped(step.rows))\(codes)\(note)"
            })
        if !brief.codes.isEmpty {
            html += "<h2 style=\"margin:24px 0 6px;font-size:16px\">Failed rows by code</h2>\n"
            html += "<table cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;border-collapse:collapse\">\n"
            for code in brief.codes {
                html += row(
                    "<bdi style=\"font-family:Consolas,Menlo,monospace;font-size:13px\">\(escaped(code.name))</bdi>",
                    "<strong>\(code.count)</strong>", "<span style=\"\(muted)\">\(code.share)</span>")
            }
            html += "</table>\n"
            if brief.moreCodes > 0 {
                html +=
                    "<p style=\"margin:6px 0 0;font-size:13px;\(muted)\">\(Wording.moreCodes(brief.moreCodes))</p>\n"
            }
        }
        section("Findings", brief.findings.map { "<bdi>\(escaped($0.text))</bdi>" })
        section("Worst jobs", brief.jobs.map { "<bdi>\(escaped($0.text))</bdi>" })
        html += "<p style=\"margin:24px 0 0\">The whole report is attached: \(escaped(pageName))</p>\n"
        let notes = [brief.redaction, brief.tool].compactMap { $0 }.map(escaped).joined(separator: " ")
        html += "<p style=\"margin:6px 0 0;font-size:13px;\(muted)\">\(notes)</p>\n"
        return html + "</div>\n</body>\n</html>\n"
    }

    private static func row(_ name: String, _ count: String, _ share: String) -> String {
        let cell = "padding:4px 12px 4px 0;border-bottom:1px solid #dde2e8"
        return "<tr><td style=\"\(cell)\">\(name)</td><td align=\"right\" style=\"\(cell)\">\(count)</td>"
            + "<td style=\"\(cell)\">\(share)</td></tr>\n"
    }

    private static func codeList(_ step: Brief.Step) -> String {
        let codes = step.codes.map { "<bdi>\(escaped($0.name))</bdi> \($0.count)" }
        return (codes + (step.more > 0 ? [Wording.moreCodes(step.more)] : [])).joined(separator: " · ")
    }

    private static func colour(_ level: Verdict.Level) -> String {
        switch level {
        case .good: "#17835c"
        case .warning: "#b26b00"
        case .critical: "#cb2f3a"
        case .pending: "#4a63c2"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing(scalars: ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"])
    }

    // MARK: - Encodings

    /// Encodes a text as quoted-printable (RFC 2045, section 6.7), in lines of up to 76 characters, each with its line
    /// end.
    private static func quotedPrintable(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            var column = 0
            let bytes = Array(line.utf8)
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                // A period alone on a line would end a mail during delivery.
                let isPlain =
                    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                    && !(byte == UInt8(ascii: ".") && column == 0)
                    || byte == UInt8(ascii: " ") && !isLast
                let width = isPlain ? 1 : 3
                if column + width > 75 {
                    result += Array("=\r\n".utf8)
                    column = 0
                }
                result += isPlain ? [byte] : Array("=\(byte.digits(2, radix: 16, uppercase: true))".utf8)
                column += width
            }
            result += Array("\r\n".utf8)
        }
        return result
    }
}

/// The lines of a mail.
private struct MailBuilder {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    mutating func append(_ lines: [UInt8]) {
        bytes += lines
    }

    /// Appends a header with a text. Unless it is short ASCII, it consists of encoded words (RFC 2047) of up to 75
    /// characters.
    mutating func header(_ name: String, _ text: String) {
        if text.utf8.count + name.utf8.count < 74, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            !text.contains("=?")
        {
            return line("\(name): \(text)")
        }
        var words: [String] = []
        var word: [UInt8] = []
        for character in text.unicodeScalars {
            let more = Array(String(character).utf8)
            if word.count + more.count > 42 {
                words.append("=?utf-8?B?\(Base64.text(word))?=")
                word = []
            }
            word += more
        }
        words.append("=?utf-8?B?\(Base64.text(word))?=")
        line("\(name): \(words.joined(separator: "\r\n "))")
    }
}
