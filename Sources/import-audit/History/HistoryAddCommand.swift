import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportHistory

struct HistoryAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add jobs to a history.",
        discussion: """
            Reads dumps like all other commands, or existing summaries (summary.json of report, the JSON of \
            summary), and adds their jobs to the history, which is created if missing. All jobs are added in one \
            transaction. Jobs that are already there stay as they are; of several dumps of one job, the latest counts, whenever \
            it is added. Jobs without an id cannot be identified in a history, and are left out.

            EXAMPLES
              import-audit history add imports.sqlite dumps/
              import-audit history add imports.sqlite audit/summary.json
            """
    )

    @Argument(help: ArgumentHelp("The history; created if missing.", valueName: "file.sqlite"), completion: .file())
    var file: String
    @OptionGroup var options: RunOptions
    @OptionGroup(title: Help.redaction) var redacting: RedactionOptions
    @OptionGroup(title: Help.input) var reading: Reading
    @OptionGroup(title: Help.run) var waiting: HistoryWaiting

    struct Reading: ParsableArguments {
        @Flag(
            name: .customLong("summaries"),
            help: "Read all inputs as summaries, like merge; files that begin like a summary are read as one anyway.")
        var areSummaries = false
    }

    func run() throws {
        try reportingFailures {
            let redaction = try redacting.redaction(isQuiet: options.isQuiet)
            try HistoryAccess.checkKey(redaction?.mark)
            // A file that is not a history is reported before any dump is read.
            let history = try HistoryAccess(file, waitSeconds: waiting.seconds)
            try history.checkIsNoInput(options.inputs)
            try history.checkBeforeReading()
            guard let inputs = try HistoryInputs(options, areSummaries: reading.areSummaries, redaction: redaction)
            else { throw CommandFailure(.interrupted, "Interrupted. Nothing was added.") }
            let tally = try history.add(inputs.runs, inputs.pseudonyms)
            try Console.write(tally.text)
            for run in inputs.runs { try run.sayWhatWasNotRead() }
            return inputs.status
        }
    }
}

/// The numbers of jobs by the result of adding them.
struct HistoryTally {
    var new = 0
    var updated = 0
    var alreadyThere = 0
    var withoutID = 0
    var impossible = 0
    /// The number of jobs in the history afterwards.
    var all = 0
    /// Whether there is a history afterwards.
    var isMade = true

    /// Adds a job to a history, and counts the result.
    mutating func add(_ job: JobSummary, to writer: HistoryWriter) throws {
        if Interruption.isRequested { throw Interrupted() }
        guard !leavesOut(job) else { return }
        switch try writer.add(job) {
        case .new: new += 1
        case .updated: updated += 1
        case .alreadyThere: alreadyThere += 1
        }
    }

    /// Returns whether no history takes a job, and counts it then.
    mutating func leavesOut(_ job: JobSummary) -> Bool {
        if job.job.jobID == nil {
            withoutID += 1
        } else if !HistoryWriter.takes(job) {
            impossible += 1
        } else {
            return false
        }
        return true
    }

    var text: String {
        var lines = [
            "New            \(Wording.grouped(new))", "Updated        \(Wording.grouped(updated))",
            "Already there  \(Wording.grouped(alreadyThere))",
        ]
        if withoutID > 0 { lines.append("Left out       \(Wording.grouped(withoutID)) without an id") }
        if impossible > 0 {
            lines.append("Left out       \(Wording.grouped(impossible)) with impossible numbers")
        }
        lines.append(
            isMade ? "The history has \(Wording.jobsWord(all))." : "No history was made: there is no job to add.")
        return lines.map { $0 + "\n" }.joined()
    }
}
