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

    /// A file of rejects, with the origins of its rows in the order of their positions.
    struct File {
        let name: String
        var rows: [Target] = []
    }

    /// Consecutive lines about one job whose rows are at the same distance from their places in the source.
    struct Stretch {
        /// The cell with the job's id; empty if it has none.
        let job: String
        let source: Int
        let distance: Int
    }

    /// The file, as its user named it.
    let name: String
    /// The sources that were sent before, in order of their first mention.
    private(set) var sources: [String] = []
    /// The cells with their names, which may have an apostrophe before what looks like a formula.
    private(set) var sourceCells: [String] = []
    /// The files of rejects, in order of their first mention.
    private(set) var files: [File] = []
    /// The contents of `plan.json`; nil if there is none.
    let plan: Plan?
    /// Where the rows of the jobs are in the sources. Empty with `plan.json`, which says that.
    private(set) var stretches: [Stretch] = []
    /// The number of lines about records that belong to no job.
    private(set) var jobless = 0
    /// The files of rejects that were sent again, if the user named them: indices in ``files``.
    private(set) var chosen: [Int] = []

    // Two sources may be called é.csv, with é composed differently.
    private var sourceIndices: [ExactText: Int] = [:]
    private var fileIndices: [ExactText: Int] = [:]

    /// - Parameter argument: `reasons.csv`, or `reasons.csv#rejects-retry.csv` for one of its files. Several files are
    ///   separated by commas.
    init(_ argument: String) throws {
        let chosen: String?
        (name, chosen) = Self.split(argument)
        plan = try Plan(beside: name)
        let file = try InputFile(name)
        let hash = try read(file)
        if let expected = plan?.reasonsHash, let hash, expected != hash {
            throw CommandFailure(
                .notPassed, of: name,
                "the map was changed since it was written: its SHA-256 differs from the one in plan.json in the same folder."
            )
        }
        guard let chosen else { return }
        for wanted in index(ofFile: chosen) == nil ? chosen.split(separator: ",") : [chosen[...]] {
            guard let index = index(ofFile: wanted), !self.chosen.contains(index) else {
                throw CommandFailure(
                    .notPassed, of: name,
                    index(ofFile: wanted) == nil
                        ? "the map has no file “\(shownText(String(wanted)))”; it has \(Self.list(files.map { $0.name }))."
                        : "\(shownText(String(wanted))) is named twice.")
            }
            self.chosen.append(index)
        }
    }

    /// The map, and what follows the last # behind its name.
    private static func split(_ argument: String) -> (name: String, chosen: String?) {
        var end = argument.utf8.endIndex
        while !InputFile.isRegular(String(argument[..<end])) {
            guard let sign = argument.utf8[..<end].lastIndex(of: UInt8(ascii: "#")) else { break }
            end = sign
        }
        guard end < argument.utf8.endIndex, InputFile.isRegular(String(argument[..<end])) else {
            let parts = argument.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
        }
        return (String(argument[..<end]), String(argument[argument.utf8.index(after: end)...]))
    }

    /// The number of lines of the map.
    var rowCount: Int { files.reduce(0) { $0 + $1.rows.count } }

    // MARK: - Reading

    private mutating func read(_ file: borrowing InputFile) throws -> String? {
        do {
            let reader = try SourceReader(file.source, SourceOptions(acceptsReasons: true))
            guard case .csv(let csv) = reader.form else { throw notAMap }
            let columns = try ["file", "position", "source", "source_row", "job_id", "row"].map { column in
                guard let index = csv.columnNames.firstIndex(of: column) else { throw notAMap }
                return index
            }
            while try reader.next() {
                let cells = reader.withRecord { CSVCells.cells(of: $0, delimiter: csv.delimiter) } ?? []
                func text(_ column: Int) -> String {
                    let index = columns[column]
                    return index < cells.count ? String(decoding: cells[index], as: UTF8.self) : ""
                }
                func fault(_ sentence: String) -> CommandFailure {
                    CommandFailure(.notPassed, of: name, "line \(Wording.grouped(reader.line)): \(sentence)")
                }
                guard let position = Int(text(1)), let row = Int(text(3)), row > 0 else {
                    throw fault("position and source_row are numbers.")
                }
                let target = Target(source: index(ofSource: text(2)), row: row)
                let place = index(adding: text(0))
                guard position == files[place].rows.count + 1 else {
                    throw fault("the positions of \(shownText(files[place].name)) are not in order.")
                }
                files[place].rows.append(target)
                let number = text(5)
                if number.isEmpty {
                    jobless += 1
                } else if plan == nil {
                    guard let number = Int(number), number > 0 else { throw fault("row is a number.") }
                    note(Stretch(job: text(4), source: target.source, distance: row - number))
                }
            }
            return reader.finishHash()
        } catch let fault as SourceFault {
            switch fault.reason {
            case .onlyHeader: return nil
            // What these say is about --source.
            case .isOwnOutput, .isDump, .isForeign: throw notAMap
            default: throw CommandFailure(.notPassed, of: name, fault.explanation)
            }
        }
    }

    private var notAMap: CommandFailure {
        CommandFailure(.notPassed, of: name, "this is not a map: --map needs the file reasons.csv that rejects wrote.")
    }

    /// Only `plan.json` knows whether an apostrophe is part of a name.
    private mutating func index(ofSource cell: String) -> Int {
        let key = ExactText(cell)
        if let index = sourceIndices[key] { return index }
        let isWhole = plan?.sourceIndices[key] != nil
        sources.append(isWhole ? cell : cell.withoutFormulaGuard)
        sourceCells.append(cell)
        sourceIndices[key] = sources.count - 1
        return sources.count - 1
    }

    private func index(ofFile name: some StringProtocol) -> Int? { fileIndices[ExactText(bytes: Array(name.utf8))] }

    /// Returns the index of a file, which is added if it is new.
    private mutating func index(adding name: String) -> Int {
        if let last = files.indices.last, files[last].name.utf8.elementsEqual(name.utf8) { return last }
        let key = ExactText(name)
        if let index = fileIndices[key] { return index }
        files.append(File(name: name))
        fileIndices[key] = files.count - 1
        return files.count - 1
    }

    private mutating func note(_ stretch: Stretch) {
        if let last = stretches.last, last.distance == stretch.distance, last.source == stretch.source,
            last.job.utf8.elementsEqual(stretch.job.utf8)
        {
            return
        }
        stretches.append(stretch)
    }

    /// Some names, for a sentence.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { shownText($0) }.joined(separator: ", ")
        return names.isEmpty ? "none" : names.count > 8 ? shown + " and others" : shown
    }

    /// The failure of what cannot be determined without `plan.json`.
    func needsPlan(_ what: String) -> CommandFailure {
        CommandFailure(
            .notPassed, of: name,
            "\(what) is not known: plan.json, which rejects wrote with it, must be in the same folder.")
    }
}

extension RowMap {
    /// The file that was sent under a name, judging by the name. That of a workbook may be followed by its sheet.
    func index(ofFileSentAs path: String) -> Int? {
        var path = path[...]
        while true {
            if let name = path.split(separator: "/").last, let index = index(ofFile: name) { return index }
            guard let sign = path.lastIndex(of: "#") else { return nil }
            path = path[..<sign]
        }
    }

    /// Returns how many earlier maps were followed when this one was made, so that its rows are those of an earlier try.
    ///
    /// - Parameter earlier: the map of the try before; nil for the first one.
    func mapsFollowed(after earlier: RowMap?) throws -> Int {
        if let plan { return plan.maps }
        guard let earlier, !sources.isEmpty,
            Set(sources.map { ExactText($0) }).isSubset(of: earlier.sources.map { ExactText($0) })
        else { return 0 }
        // The sources are those of the earlier map, but a file may have been sent under the same name in each try.
        var distances: [ExactText: Int] = [:]
        let mayBeDirect = stretches.allSatisfy { stretch in
            let job = ExactText(stretch.job)
            let known = distances[job] ?? stretch.distance
            distances[job] = known
            return known == stretch.distance && stretch.distance >= jobless
        }
        if !mayBeDirect { return 1 }
        var handedBack: [Set<Int>] = Array(repeating: [], count: earlier.sources.count)
        for file in earlier.files {
            for target in file.rows { handedBack[target.source].insert(target.row) }
        }
        let places = Dictionary(
            earlier.sources.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
        let origins = sources.map { places[ExactText($0)] }
        let mayFollow = files.allSatisfy { file in
            file.rows.allSatisfy { target in
                origins[target.source].map { handedBack[$0].contains(target.row) } == true
            }
        }
        if !mayFollow { return 0 }
        throw needsPlan("whether the map was made with --map")
    }
}
