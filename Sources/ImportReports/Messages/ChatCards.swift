import ImportAnalysis
import ImportFoundation

/// Renders a report as a Slack message made of blocks, which `chat.postMessage` and incoming webhooks accept.
///
/// Text of a dump appears only where Slack reads no markup: in `plain_text` without emoji, and in `rich_text`, whose
/// elements are literal. So it cannot mention anyone or become a link. The limits are those of
/// https://docs.slack.dev/reference/block-kit/blocks: 50 blocks; a header of 150 characters; 10 fields of 2,000.
package enum SlackMessage {
    private static let headerLength = 150
    private static let fields = 10

    package static func render(_ brief: Brief, files: [ReportFile]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            // The text of notifications. Slack reads it as markup, in which only `&`, `<` and `>` are special
            // characters.
            json.member("text", escaped("Import audit: \(brief.subject)"))
            json.key("blocks")
            json.array { json in
                json.block("header") { $0.plainText("text", String(brief.title.unicodeScalars.prefix(headerLength))) }
                json.richText { json in
                    json.section { json in
                        json.run("\(mark(brief.level)) ")
                        json.run(brief.headline, isBold: true)
                        json.run("\n\(brief.remark)")
                        if !brief.facts.isEmpty { json.run("\n\(brief.facts.joined(separator: " · "))") }
                    }
                }
                json.block("section") { json in
                    json.key("fields")
                    json.array { json in
                        for figure in brief.figures.prefix(fields) {
                            json.textObject(
                                "\(figure.label)\n\(figure.count)" + (figure.share.isEmpty ? "" : " (\(figure.share))"))
                        }
                    }
                }
                if !brief.steps.isEmpty {
                    json.richText { json in
                        json.section { $0.run("What to do next", isBold: true) }
                        json.list(brief.steps) { step, json in
                            json.run(step.heading, isBold: true)
                            json.run(" \(step.rows)")
                            json.codes(step)
                            if let note = step.note { json.run("\n\(note)") }
                        }
                    }
                }
                if !brief.codes.isEmpty {
                    json.richText { json in
                        json.section { $0.run("Failed rows by code", isBold: true) }
                        json.list(brief.codes) { code, json in
                            json.run(code.name, isCode: true)
                            json.run(" \(code.count) (\(code.share))")
                        }
                        if brief.moreCodes > 0 { json.section { $0.run(Wording.moreCodes(brief.moreCodes)) } }
                    }
                }
                for (heading, lines) in [("Findings", brief.findings), ("Worst jobs", brief.jobs)] where !lines.isEmpty
                {
                    json.richText { json in
                        json.section { $0.run(heading, isBold: true) }
                        json.list(lines) { line, json in json.run(line.text) }
                    }
                }
                json.block("context") { json in
                    json.key("elements")
                    json.array { json in
                        let names = files.map { $0.name }.joined(separator: ", ")
                        let notes = [names.isEmpty ? nil : "Files: \(names)", brief.redaction, brief.tool]
                        json.textObject(notes.compactMap { $0 }.joined(separator: " · "))
                    }
                }
            }
        }
        return json.bytes + Array("\n".utf8)
    }

    private static func mark(_ level: Verdict.Level) -> String {
        switch level {
        case .good: "✅"
        case .warning: "⚠️"
        case .critical: "❌"
        case .pending: "⏳"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing(scalars: ["&": "&amp;", "<": "&lt;", ">": "&gt;"])
    }
}

extension JSONWriter {
    fileprivate mutating func block(_ type: String, _ body: (inout JSONWriter) -> Void) {
        object { json in
            json.member("type", type)
            body(&json)
        }
    }

    fileprivate mutating func plainText(_ name: String, _ text: String) {
        key(name)
        textObject(text)
    }

    fileprivate mutating func textObject(_ text: String) {
        object { json in
            json.member("type", "plain_text")
            json.member("text", text)
            json.key("emoji")
            json.value(false)
        }
    }

    fileprivate mutating func richText(_ body: (inout JSONWriter) -> Void) {
        block("rich_text") { json in
            json.key("elements")
            json.array(body)
        }
    }

    fileprivate mutating func section(_ body: (inout JSONWriter) -> Void) {
        block("rich_text_section") { json in
            json.key("elements")
            json.array(body)
        }
    }

    fileprivate mutating func list<Item>(_ items: [Item], _ body: (Item, inout JSONWriter) -> Void) {
        block("rich_text_list") { json in
            json.member("style", "bullet")
            json.key("elements")
            json.array { json in
                for item in items { json.section { body(item, &$0) } }
            }
        }
    }

    fileprivate mutating func codes(_ step: Brief.Step) {
        for (index, code) in step.codes.enumerated() {
            run(index == 0 ? "\n" : ", ")
            run(code.name, isCode: true)
            run(" \(code.count)")
        }
        if step.more > 0 { run(" \(Wording.moreCodes(step.more))") }
    }

    /// Appends a piece of literal text.
    fileprivate mutating func run(_ text: String, isBold: Bool = false, isCode: Bool = false) {
        object { json in
            json.member("type", "text")
            json.member("text", text)
            guard isBold || isCode else { return }
            json.key("style")
            json.object { json in
                json.key(isBold ? "bold" : "code")
                json.value(true)
            }
        }
    }
}

/// Renders a report as an Adaptive Card for Microsoft Teams, in the message that incoming webhooks of workflows accept.
///
/// Text of a dump appears only in `TextRun`s, in which Teams reads no Markdown. A message may have 28 KB
/// (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using); lists are cut
/// until it fits.
package enum TeamsMessage {
    /// The most bytes of a message.
    package static let sizeLimit = 28 * 1024

    package static func render(_ brief: Brief, files: [ReportFile]) -> [UInt8] {
        var items = 8
        while true {
            let message = render(brief, files: files, items: items)
            if message.count <= sizeLimit || items == 0 { return message }
            items -= 1
        }
    }

    /// - Parameter items: the most items of each list.
    private static func render(_ brief: Brief, files: [ReportFile], items: Int) -> [UInt8] {
        var json = JSONWriter(isOnOneLine: true)
        json.object { json in
            json.member("type", "message")
            json.key("attachments")
            json.array { json in
                json.object { json in
                    json.member("contentType", "application/vnd.microsoft.card.adaptive")
                    json.key("contentUrl")
                    json.value(nil as String?)
                    json.key("content")
                    json.object { card(&$0, brief, files, items) }
                }
            }
        }
        return json.bytes + Array("\n".utf8)
    }

    private static func card(_ json: inout JSONWriter, _ brief: Brief, _ files: [ReportFile], _ items: Int) {
        json.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
        json.member("type", "AdaptiveCard")
        json.member("version", "1.4")
        json.member("fallbackText", "Import audit: \(brief.headline)")
        json.key("body")
        json.array { json in
            json.runs { $0.textRun(brief.title, size: "Medium", isBold: true) }
            if !brief.facts.isEmpty { json.runs { $0.textRun(brief.facts.joined(separator: " · "), isSubtle: true) } }
            json.runs { $0.textRun(brief.headline, size: "Large", isBold: true, colour: colour(brief.level)) }
            json.runs { $0.textRun(brief.remark) }
            for figure in brief.figures {
                json.runs(spacing: "None") { json in
                    json.textRun("\(figure.label): ")
                    json.textRun(figure.count, isBold: true)
                    if !figure.share.isEmpty { json.textRun(" \(figure.share)", isSubtle: true) }
                }
            }
            if items > 0, !brief.steps.isEmpty {
                json.runs { $0.textRun("What to do next", isBold: true) }
                for step in brief.steps.prefix(items) {
                    json.runs(spacing: "Small") { json in
                        json.textRun("\(step.heading) ", isBold: true)
                        json.textRun(step.rows)
                        for (index, code) in step.codes.prefix(items).enumerated() {
                            json.textRun(index == 0 ? ": " : ", ")
                            json.textRun("\(code.name) \(code.count)", isMonospace: true)
                        }
                        let more = step.more + max(0, step.codes.count - items)
                        if more > 0 { json.textRun(" \(Wording.moreCodes(more))") }
                        if let note = step.note { json.textRun(". \(note)", isSubtle: true) }
                    }
                }
            }
            if !brief.codes.isEmpty {
                json.runs { $0.textRun("Failed rows by code", isBold: true) }
                for code in brief.codes.prefix(items) {
                    json.runs(spacing: "None") { json in
                        json.textRun(code.name, isMonospace: true)
                        json.textRun(" \(code.count) (\(code.share))")
                    }
                }
                let more = brief.moreCodes + max(0, brief.codes.count - items)
                if more > 0 { json.runs(spacing: "None") { $0.textRun(Wording.moreCodes(more), isSubtle: true) } }
            }
            for (heading, lines) in [("Findings", brief.findings), ("Worst jobs", brief.jobs)]
            where !lines.isEmpty && items > 0 {
                json.runs { $0.textRun(heading, isBold: true) }
                for line in lines.prefix(items) { json.runs(spacing: "None") { $0.textRun(line.text) } }
            }
            let names = files.map { $0.name }.joined(separator: ", ")
            let notes = [names.isEmpty ? nil : "Files: \(names)", brief.redaction, brief.tool]
            json.runs { $0.textRun(notes.compactMap { $0 }.joined(separator: " · "), size: "Small", isSubtle: true) }
        }
    }

    private static func colour(_ level: Verdict.Level) -> String {
        switch level {
        case .good: "Good"
        case .warning: "Warning"
        case .critical: "Attention"
        case .pending: "Accent"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func runs(spacing: String = "Default", _ body: (inout JSONWriter) -> Void) {
        object { json in
            json.member("type", "RichTextBlock")
            if spacing != "Default" { json.member("spacing", spacing) }
            json.key("inlines")
            json.array(body)
        }
    }

    fileprivate mutating func textRun(
        _ text: String, size: String? = nil, isBold: Bool = false, isSubtle: Bool = false, isMonospace: Bool = false,
        colour: String? = nil
    ) {
        object { json in
            json.member("type", "TextRun")
            json.member("text", text)
            if let size { json.member("size", size) }
            if isBold { json.member("weight", "Bolder") }
            if isMonospace { json.member("fontType", "Monospace") }
            if let colour { json.member("color", colour) }
            guard isSubtle else { return }
            json.key("isSubtle")
            json.value(true)
        }
    }
}
