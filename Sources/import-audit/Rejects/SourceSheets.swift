import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportSources
import WorkbookSources

extension SourceFiles {
    /// Opens the sheet that a name refers to; nil if the file is not a workbook.
    ///
    /// - Parameter descriptor: the descriptor of the file, which stays open as long as its rows are read.
    func sheet(_ name: SourceName, _ descriptor: Int32) throws -> Stream? {
        guard let workbook = try workbook(name, descriptor) else { return nil }
        let sheet = try naming(name) { () throws(WorkbookFault) in try workbook.open(sheet: name.sheet) }
        var notes: [String] = []
        if name.sheet == nil, workbook.sheetCount > 1 {
            let shown = redaction?.value(sheet.form.sheetName) ?? sheet.form.sheetName
            notes.append(Wording.sheetRead(shown, of: workbook.sheetCount))
        }
        if workbook.hasMacros { notes.append(Wording.macros) }
        let content: ContentHash?
        do throws(SystemFailure) {
            content = try ContentHash(ofFile: descriptor)
        } catch {
            throw CommandFailure(.noInput, of: shown(name.shown), error.description)
        }
        return Stream(
            name: shown(name.shown), bytes: sheet.rows, sheet: sheet, sha256: content?.sha256,
            notes: notes)
    }

    /// Whether the file is a workbook, and so one source.
    func isWorkbook(_ name: SourceName, _ descriptor: Int32) throws -> Bool {
        try workbook(name, descriptor) != nil
    }

    private func workbook(_ name: SourceName, _ descriptor: Int32) throws -> SourceWorkbook? {
        let workbook = try naming(name) { () throws(WorkbookFault) -> SourceWorkbook? in
            guard let beginning = try? OutputFile.beginning(of: descriptor) else { return nil }
            return try SourceWorkbook(descriptor: descriptor, beginning: beginning)
        }
        guard workbook == nil, name.sheet != nil else { return workbook }
        throw CommandFailure(
            .usage, of: shown(name.path), "this is not a workbook, so it has no sheet to name after a #.")
    }

    /// Fails for a workbook in an archive, which would be taken for many files.
    func checkPacked(_ item: ContainerItem, in name: SourceName) throws {
        switch item {
        case .stream(let source, _) where Self.isPartOfWorkbook(source),
            .refused(let source, .ownOutput(.workbook)) where source != name.path,
            .refused(let source, .ownOutput(.rejects)) where source != name.path && source.hasSuffix(".xlsx"):
            // The item is a part of a workbook, whose name comes before the last "!", or it is the workbook itself.
            let sign = Self.isPartOfWorkbook(source) ? source.utf8.lastIndex(of: UInt8(ascii: "!")) : nil
            let end = sign ?? source.endIndex
            throw failure(WorkbookFault(.isPacked), String(source[..<end]))
        default: break
        }
    }

    /// Whether an entry of an archive is a part of a workbook, whichever part comes first.
    private static func isPartOfWorkbook(_ source: String) -> Bool {
        guard let sign = source.utf8.lastIndex(of: UInt8(ascii: "!")) else { return false }
        let entry = source[source.utf8.index(after: sign)...]
        if entry == "[Content_Types].xml" { return true }
        return ["xl/", "docProps/", "_rels/", "customXml/"].contains { entry.hasPrefix($0) }
            && (entry.hasSuffix(".xml") || entry.hasSuffix(".rels"))
    }

    private func naming<Result>(
        _ name: SourceName, _ body: () throws(WorkbookFault) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(WorkbookFault) {
            return try body()
        } catch {
            throw failure(error, name.shown)
        }
    }

    private func failure(_ fault: WorkbookFault, _ name: String) -> CommandFailure {
        let status: ExitStatus = if case .noSuchSheet = fault.reason { .noInput } else { .inputNotReadWhole }
        let explanation = (redaction.map { fault.redacted($0) } ?? fault).explanation
        return CommandFailure(status, of: shown(name), "\(explanation) Nothing was written.")
    }
}

extension SourceFault {
    /// The fault without what is in the file.
    func redacted(_ redaction: Redaction) -> SourceFault {
        guard case .workbook(let fault) = reason else { return self }
        return SourceFault(.workbook(fault.redacted(redaction)), at: place)
    }
}

extension WorkbookFault {
    /// The fault with pseudonyms instead of names of sheets and parts, and without a library's message.
    fileprivate func redacted(_ redaction: Redaction) -> WorkbookFault {
        var redacted = self
        redacted.sheet = sheet.map { redaction.value($0) }
        switch reason {
        case .noSuchSheet(let names): redacted.reason = .noSuchSheet(names.map { redaction.value($0) })
        case .firstIsHidden(let names): redacted.reason = .firstIsHidden(names.map { redaction.value($0) })
        case .structure(let what):
            var redactor = redaction.redactor
            redacted.reason = .structure(redactor.text(what))
        case .brokenXML(let part, let line, _):
            redacted.reason = .brokenXML(
                part: redaction.names.shown(part), line: line, message: "the error message is left out")
        case .missingPart(let part): redacted.reason = .missingPart(redaction.names.shown(part))
        default: break
        }
        return redacted
    }
}

extension SourceFiles.Stream {
    /// Reads its records.
    func reader(_ options: SourceOptions) throws(SourceFault) -> SourceReader {
        guard let sheet else { return try SourceReader(bytes, options) }
        return try SourceReader(rows: sheet.rows, of: sheet.form, sheet.progress, options)
    }

    /// Prints notes about a workbook that was read.
    func sayNotes(_ source: SourceReader) {
        for note in notes + (source.formulas > 0 ? [Wording.formulas(source.formulas)] : []) {
            Console.say("\(name): \(note)")
        }
    }
}
