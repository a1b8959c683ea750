import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import ImportSources

/// The origins of the rows of a second try: `reasons.csv` of the first one, with `plan.json` in the same folder.
struct RowMap {
    /// A row of a source that was sent.
    struct Target {
        /// The index of its source in ``sources``.
        var source: Int
        var row: Int
    }

    /// The file, as its user named it.
    let name: String
    /// The sources that were sent before, in order of their first mention.
    private(set) var sources: [String] = []
    /// The files of rejects, each with the origins of its rows in the order of their positions.
    private(set) var files: [(name: String, rows: [Target])] = []
    /// The contents of `plan.json`; nil if there is none.
    let plan: Plan?
    /// The file of rejects that was sent again, if the user named one.
    private let chosen: String?

    /// The members of `plan.json` that are needed.
    struct Plan {
        var sources: [(name: String, sha256: String?, rows: Int)] = []
        var jobs: [(sha256: String?, source: String, firstRow: Int?, rows: Int)] = []
        /// Whether the map already leads to the rows of the first try.
        var isComposed = false
        var reasonsHash: String?
    }

    /// - Parameter argument: `reasons.csv`, or `reasons.csv#rejects-retry.csv` for one of its files.
    init(_ argument: String) throws {
        let parts = argument.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        if parts.count == 2, !InputFile.isRegular(argument) {
            (name, chosen) = (parts[0], parts[1])
        } else {
            (name, chosen) = (argument, nil)
        }
        plan = try Self.plan(beside: name)
        let file = try InputFile(name)
        let hash = try read(file)
        if let expected = plan?.reasonsHash, let hash, expected != hash {
            throw CommandFailure(
                .notPassed, of: name,
                "the map was changed since it was written: its SHA-256 differs from the one in plan.json in the same folder."
            )
        }
        if let chosen, !files.lazy.map({ $0.name }).contains(chosen) {
            throw CommandFailure(
                .notPassed, of: name,
                "the map has no file “\(shownText(chosen))”; it has \(Self.list(files.map { $0.name })).")
        }
    }

    private mutating func read(_ file: borrowing InputFile) throws -> String? {
        do {
            let reader = try SourceReader(file.source, SourceOptions(acceptsReasons: true))
            guard case .csv(let csv) = reader.form else { throw notAMap }
            let columns = try ["file", "position", "source", "source_row"].map { column in
                guard let index = csv.columnNames.firstIndex(of: column) else { throw notAMap }
                return index
            }
            while try reader.next() {
                let cells = reader.withRecord { CSVCells.cells(of: $0, delimiter: csv.delimiter) } ?? []
                func text(_ column: Int) -> String { String(decoding: cells[columns[column]], as: UTF8.self) }
                guard let position = Int(text(1)), let row = Int(text(3)), row > 0 else {
                    throw CommandFailure(
                        .notPassed, of: name,
                        "line \(Wording.grouped(reader.line)): position and source_row are numbers.")
                }
                let target = Target(source: index(ofSource: text(2)), row: row)
                let file = text(0)
                let place = files.lastIndex { $0.name == file } ?? files.count
                if place == files.count { files.append((file, [])) }
                guard position == files[place].rows.count + 1 else {
                    throw CommandFailure(
                        .notPassed, of: name,
                        "line \(Wording.grouped(reader.line)): the positions of \(file) are not in order.")
                }
                files[place].rows.append(target)
            }
            return reader.finishHash()
        } catch let fault as SourceFault {
            if fault.reason == .onlyHeader { return nil }
            throw CommandFailure(.notPassed, of: name, fault.explanation)
        }
    }

    private var notAMap: CommandFailure {
        CommandFailure(.notPassed, of: name, "this is not a map: --map needs the file reasons.csv that rejects wrote.")
    }

    private mutating func index(ofSource source: String) -> Int {
        if let last = sources.indices.last, sources[last] == source { return last }
        if let index = sources.firstIndex(of: source) { return index }
        sources.append(source)
        return sources.count - 1
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { shownText($0) }.joined(separator: ", ")
        return names.isEmpty ? "none" : names.count > 8 ? shown + " and others" : shown
    }

    private static func plan(beside name: String) throws -> Plan? {
        let folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
        guard InputFile.isRegular(folder + "plan.json") else { return nil }
        var plan = Plan()
        do {
            let file = try InputFile(folder + "plan.json")
            var json = JSONReader(file.source)
            try json.beginObject()
            while try json.nextMember() {
                switch json.key {
                case "sources":
                    try json.beginArray()
                    while try json.nextElement() {
                        var source: (name: String, sha256: String?, rows: Int) = ("", nil, 0)
                        try json.beginObject()
                        while try json.nextMember() {
                            switch json.key {
                            case "name": source.name = try json.string() ?? ""
                            case "sha256" where try json.kind() == .string: source.sha256 = try json.string()
                            case "rows": source.rows = try json.count() ?? 0
                            default: try json.skip()
                            }
                        }
                        plan.sources.append(source)
                    }
                case "jobs":
                    try json.beginArray()
                    while try json.nextElement() {
                        var job: (sha256: String?, source: String, firstRow: Int?, rows: Int) = (nil, "", nil, 0)
                        try json.beginObject()
                        while try json.nextMember() {
                            switch json.key {
                            case "sha256" where try json.kind() == .string: job.sha256 = try json.string()
                            case "source": job.source = try json.string() ?? ""
                            case "first_source_row" where try json.kind() == .number: job.firstRow = try json.count()
                            case "rows": job.rows = try json.count() ?? 0
                            default: try json.skip()
                            }
                        }
                        plan.jobs.append(job)
                    }
                case "maps":
                    try json.beginArray()
                    while try json.nextElement() {
                        plan.isComposed = true
                        try json.skip()
                    }
                case "reasons_sha256" where try json.kind() == .string: plan.reasonsHash = try json.string()
                default: try json.skip()
                }
            }
        } catch is DumpFault {
            throw CommandFailure(.notPassed, of: folder + "plan.json", "this is not the plan.json that rejects writes.")
        }
        return plan
    }
}

extension RowMap {
    /// Returns the origins of this many rows of a second try, in order.
    ///
    /// - Parameter file: the name of what was sent then, if it is known, which may be that of a file of the map.
    /// - Throws: if neither a file nor the files of rejects together have as many rows, or if several files do.
    func rows(for count: Int, sentAs file: String?) throws -> [Target] {
        let last = file.map { String($0.split(separator: "/").last ?? "") }
        if let wanted = chosen ?? last, let known = files.first(where: { $0.name == wanted }) {
            if known.rows.count == count { return known.rows }
            throw CommandFailure(
                .notPassed, of: name,
                "\(wanted) had \(Wording.rowsWord(known.rows.count)), but \(Self.sentAgain(count)).")
        }
        let fitting = files.filter { $0.rows.count == count }
        if fitting.count == 1 { return fitting[0].rows }
        // These may be batches of one file.
        let rejects = files.filter { $0.name.hasPrefix("rejects") }.flatMap { $0.rows }
        if fitting.isEmpty, rejects.count == count { return rejects }
        if files.isEmpty {
            throw CommandFailure(.notPassed, of: name, "\(Self.sentAgain(count)), but the map has no rows.")
        }
        let sizes = files.prefix(8).map { "\($0.name): \(Wording.grouped($0.rows.count))" }.joined(separator: ", ")
        throw CommandFailure(
            .notPassed, of: name,
            fitting.isEmpty
                ? "\(Self.sentAgain(count)), and no file of the map has as many (\(sizes))."
                : "several files of the map have \(Wording.rowsWord(count)) (\(sizes)): name the one that was sent, as in "
                    + "\(name)#\(fitting[0].name).")
    }

    private static func sentAgain(_ count: Int) -> String {
        "\(Wording.rowsWord(count)) \(count == 1 ? "was" : "were") sent again"
    }

    /// Whether this map leads to the sources of an earlier map, and not only to the files that came out of that one.
    func reachesBehind(_ earlier: RowMap) -> Bool {
        if let plan { return plan.isComposed }
        return sources.allSatisfy { earlier.sources.contains($0) }
    }

    /// Returns the origins of rows of a file that this map's run handed back.
    ///
    /// - Parameter file: the name of the file that the rows are in.
    func follow(_ targets: [Target], of file: String) throws -> [Target] {
        let last = targets.map { $0.row }.max() ?? 0
        let name = String(file.split(separator: "/").last ?? "")
        let rows: [Target]
        // The name of a workbook may be followed by its sheet.
        if let known = files.first(where: { $0.name == name || name.hasPrefix("\($0.name)#") }) {
            rows = known.rows
        } else {
            rows = files.filter { $0.name.hasPrefix("rejects") }.flatMap { $0.rows }
        }
        guard last <= rows.count else {
            throw CommandFailure(
                .notPassed, of: self.name,
                "the map has \(Wording.rowsWord(rows.count)) of \(file), but a later map refers to row \(Wording.grouped(last)) "
                    + "of it. Give the maps in the order of the tries.")
        }
        return targets.map { rows[$0.row - 1] }
    }
}
