import ImportAnalysis
import ImportDumps
import ImportFoundation

extension RowMap {
    /// The members of `plan.json` that are needed.
    ///
    /// Its numbers are checked against each other: the file may have been edited.
    struct Plan {
        struct Source {
            var name: String
            var rows: Int
        }

        struct Job {
            var jobID: String?
            var sha256: String?
            /// The index of its source.
            var source: Int
            /// The number of rows of the source before the job's own.
            var start: Int
            var rows: Int
        }

        /// The name of the file.
        let name: String
        private(set) var sources: [Source] = []
        private(set) var jobs: [Job] = []
        /// The number of maps that were followed.
        private(set) var maps = 0
        private(set) var reasonsHash: String?
        /// The indices of the sources by their names.
        private(set) var sourceIndices: [ExactText: Int] = [:]

        /// - Parameter map: the name of the map; nil if there is no `plan.json` in its folder.
        init?(beside map: String) throws {
            name = (map.lastIndex(of: "/").map { String(map[...$0]) } ?? "") + "plan.json"
            guard InputFile.isRegular(name) else { return nil }
            var jobs: [WrittenJob] = []
            do {
                let file = try InputFile(name)
                var json = JSONReader(file.source)
                try json.beginObject()
                while try json.nextMember() {
                    switch json.key {
                    case "sources": try readSources(&json)
                    case "jobs": jobs = try readJobs(&json)
                    case "maps":
                        try json.beginArray()
                        while try json.nextElement() {
                            maps += 1
                            try json.skip()
                        }
                    case "reasons_sha256" where try json.kind() == .string: reasonsHash = try json.string()
                    default: try json.skip()
                    }
                }
            } catch is DumpFault {
                throw CommandFailure(.notPassed, of: name, "this is not the plan.json that rejects writes.")
            }
            try place(jobs)
        }

        /// A job as the file has it.
        private struct WrittenJob {
            var jobID: String?
            var sha256: String?
            var source: String?
            var firstRow: Int?
            var rows: Int?
        }

        private mutating func readSources(_ json: inout JSONReader) throws {
            try json.beginArray()
            while try json.nextElement() {
                let member = "sources[\(sources.count)]"
                var (name, rows): (String?, Int?) = (nil, nil)
                try json.beginObject()
                while try json.nextMember() {
                    switch json.key {
                    case "name" where try json.kind() == .string: name = try json.string()
                    case "rows": rows = try count(&json, "\(member).rows")
                    default: try json.skip()
                    }
                }
                guard let name, let rows else { throw fault("\(member) lacks its name or rows.") }
                sources.append(Source(name: name, rows: rows))
            }
        }

        private func readJobs(_ json: inout JSONReader) throws -> [WrittenJob] {
            var jobs: [WrittenJob] = []
            try json.beginArray()
            while try json.nextElement() {
                let member = "jobs[\(jobs.count)]"
                var job = WrittenJob()
                try json.beginObject()
                while try json.nextMember() {
                    switch json.key {
                    case "job_id" where try json.kind() == .string: job.jobID = try json.string()
                    case "sha256" where try json.kind() == .string: job.sha256 = try json.string()
                    case "source" where try json.kind() == .string: job.source = try json.string()
                    case "first_source_row" where try json.kind() != .null:
                        job.firstRow = try count(&json, "\(member).first_source_row")
                    case "rows": job.rows = try count(&json, "\(member).rows")
                    default: try json.skip()
                    }
                }
                jobs.append(job)
            }
            return jobs
        }

        private func count(_ json: inout JSONReader, _ member: String) throws -> Int {
            guard try json.kind() == .number, let count = try json.count(), count >= 0 else {
                throw fault("\(member) is not a number of rows.")
            }
            return count
        }

        private func fault(_ sentence: String) -> CommandFailure {
            CommandFailure(.notPassed, of: name, "\(sentence) Was the file edited?")
        }

        /// Finds the sources of the jobs, and checks that their rows fit into these one after another.
        private mutating func place(_ written: [WrittenJob]) throws {
            guard !sources.isEmpty else { throw fault("sources is empty.") }
            guard !written.isEmpty else { throw fault("jobs is empty.") }
            for (index, source) in sources.enumerated() {
                if let other = sourceIndices.updateValue(index, forKey: ExactText(source.name)) {
                    throw CommandFailure(
                        .notPassed, of: name,
                        "sources[\(other)] and sources[\(index)] are both \(shownText(source.name)): a row of the map may be "
                            + "from either. Run rejects with each source and its own job.")
                }
            }
            /// For each source, the end of the rows of the job before.
            var ends = Array(repeating: 0, count: sources.count)
            for (index, job) in written.enumerated() {
                let member = "jobs[\(index)]"
                guard let source = job.source.flatMap({ sourceIndices[ExactText($0)] }) else {
                    throw fault(
                        "\(member).source is \(job.source.map { "“\(shownText($0))”" } ?? "missing"), which is not in sources."
                    )
                }
                guard let rows = job.rows else { throw fault("\(member) lacks its rows.") }
                let (first, last) = (job.firstRow ?? 1, sources[source].rows)
                guard first >= 1, rows == 0 || first <= last, rows <= last - (first - 1) else {
                    throw fault(
                        "\(member).first_source_row is \(Wording.grouped(first)) and its rows are \(Wording.grouped(rows)), but "
                            + "\(shownText(sources[source].name)) has \(Wording.rowsWord(last)) in sources[\(source)].rows."
                    )
                }
                guard rows == 0 || job.firstRow != nil else { throw fault("\(member).first_source_row is missing.") }
                guard rows == 0 || first > ends[source] else {
                    throw fault(
                        "\(member).first_source_row is \(Wording.grouped(first)), but an earlier job has the rows up to "
                            + "\(Wording.grouped(ends[source])).")
                }
                if rows > 0 { ends[source] = first - 1 + rows }
                jobs.append(
                    Job(jobID: job.jobID, sha256: job.sha256, source: source, start: first - 1, rows: rows))
            }
        }
    }
}
