import Glibc
import ImportAnalysis
import ImportDumps
import ImportReports

/// Completes a run of `report` over several dumps: the pages of jobs with several dumps, the overview, the manifest.
struct OverviewReport {
    let results: RunResults
    private let run: ReportRun
    private let root: OutputFolder
    private let recorder: ManifestRecorder
    private(set) var verdict = OverviewBuilder().verdict
    private(set) var fileNames: [String] = []
    private var written: Conclusion?

    init(run: ReportRun, root: OutputFolder, results: RunResults) {
        self.run = run
        self.root = root
        self.results = results
        recorder = run.recorder
    }

    /// Inputs that were as an earlier run had found them.
    var takenUpCount: Int { recorder.takenUpCount }

    /// Whether everything is as an earlier run left it.
    func isUnchanged(since earlier: Manifest?) -> Bool {
        guard let earlier, !earlier.wasInvalidated else { return false }
        return run.freshCount == 0 && recorder.takenUpCount == recorder.inputCount
            && recorder.inputCount == earlier.inputCount && documentCount == earlier.documentCount && allFilesAreThere
            && (try? isEverythingInPlace()) == true
    }

    private var documentCount: Int { results.allJobs.count + results.unreadableCount }

    private func isEverythingInPlace() throws -> Bool {
        for index in 0..<results.jobCount {
            let name = try results.store.job(results.jobs[index]).folderName
            guard run.isInPlace(results.order(ofJob: index), name) else { return false }
        }
        return true
    }

    private var allFilesAreThere: Bool {
        OverviewFiles.files(of: run.settings.formats, hasFailures: true).allSatisfy { file in
            guard let opened = root.openFile(file.name) else { return false }
            close(opened)
            return true
        }
    }

    /// What the user's own rules came to.
    func conclusion() throws -> Conclusion {
        if let written { return written }
        var judging = run.settings.standards.judging
        // There may be many jobs.
        if !judging.isIdle {
            for index in 0..<results.jobCount { judging.add(try results.job(index)) }
            for index in 0..<results.unreadableCount { judging.add(try results.unreadable(index)) }
        }
        return judging.conclusion()
    }

    /// Writes the overview; false if the report of a job is not there, and all must be done anew.
    mutating func finish() throws -> Bool {
        guard try isEverythingInPlace() else { return false }
        let folders = try run.folders()
        run.invalidateEarlier()
        let pages = try JobPages(run.settings)
        let formats = run.settings.formats
        var files = try OverviewFiles(
            formats: formats, csv: run.settings.csv, folder: root, hasFailures: true,
            standards: run.settings.standards, redaction: run.settings.redaction?.mark)
        var names: Set<NameDigest> = []
        for index in 0..<results.jobCount {
            let job = try results.job(index)
            let name = job.folderName
            names.insert(NameDigest(name))
            // What there is to say about a job's other dumps shows when all were read.
            let order = results.order(ofJob: index)
            if !job.superseded.isEmpty || run.wasCombined(order) {
                let folder = try folders.open(name)
                try rewriteWorkbook(of: job, in: folder)
                try pages.write(job, to: folder)
                try folder.publish()
            }
            let place = ReportPlace(folder: "jobs/\(name)/", files: formats.files)
            try files.append(job, report: place)
            if formats.contains(.csv), job.rows.failed + job.rows.unclassified > 0,
                let failures = folders.openFile(.failures, of: name)
            {
                defer { close(failures) }
                try files.appendFailures(from: failures)
            }
            if formats.contains(.xlsx) {
                let workbook = folders.openFile(.workbook, of: name)
                defer { if let workbook { close(workbook) } }
                try files.appendToWorkbook(job, report: place, failures: workbook)
            }
        }
        for index in 0..<results.unreadableCount { try files.append(try results.unreadable(index)) }
        do {
            fileNames = try files.finish(
                templates: run.settings.overviewTemplates(), markdownLimit: run.settings.markdownLimit
            ) { problem, page in run.settings.invalidPage(problem, of: page) }
        } catch let page as PageTooLarge {
            throw run.settings.pageTooLarge(page)
        }
        folders.removeAll { !names.contains(NameDigest($0)) }
        try writeManifest(documentCount: documentCount) { _ in true }
        try root.publish()
        verdict = files.verdict
        written = files.conclusion
        return true
    }

    /// Writes a job's workbook anew, with the failed rows that it had.
    private func rewriteWorkbook(of job: JobSummary, in folder: OutputFolder) throws {
        guard run.settings.formats.contains(.xlsx), let earlier = folder.openFile(ReportFile.workbook.name) else {
            return
        }
        defer { close(earlier) }
        try JobWorkbookFile(in: folder, settings: run.settings).finish(job, failedRowsFrom: earlier)
    }

    /// Leaves what is finished for the next run to go on with.
    ///
    /// - Parameter earlier: what was known before; of inputs that were not reached, it still holds.
    func leave(keeping earlier: Manifest?) throws {
        // A manifest that was not made invalid speaks of what is still there.
        if let earlier, !earlier.wasInvalidated { return }
        // No whole run finds no documents: the next one does not take it for one.
        try writeManifest(documentCount: 0) { results.isPlain($0) }
        try root.publish()
    }

    /// What the audit consists of and was made from.
    func packContents() throws -> PackContents {
        PackContents(
            paths: try AuditPaths(
                overview: OverviewFiles.files(of: run.settings.formats, hasFailures: true),
                job: run.settings.formats.files,
                folders: (0..<results.jobCount).map { try results.store.job(results.jobs[$0]).folderName }),
            forEachInput: { body in try results.forEachPackInput(content: run.content(of:), body) },
            forEachFile: { body in try recorder.forEachFile(body) })
    }

    /// Last, so that a manifest never speaks of what is not there yet.
    private func writeManifest(documentCount: Int, isWhole: (RunResults.InputDocuments) -> Bool) throws {
        try recorder.write(
            results, ManifestLine.header(options: run.settings.fingerprint, documents: documentCount),
            to: root.begin(Manifest.file), isWhole: isWhole, content: run.content(of:)
        ) { order, job in
            (counted: run.isInPlace(order, job.folderName), combined: results.isCombined(job))
        }
    }
}
