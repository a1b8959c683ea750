import ImportAnalysis
import ImportReports

/// The contents of a pack: the files of an audit, and what they were made from.
struct PackContents {
    /// The paths of the files, relative to the folder of the audit.
    let paths: AuditPaths
    /// The manifest, with the state of these files when they were written.
    let manifest: RunManifest
    /// Passes on the dumps and the other documents, in the order of the inputs.
    let forEachInput: ((PackInput) throws -> Void) throws -> Void
    /// Passes on the input files, and the files that were sent.
    let forEachFile: ((PackedFile) throws -> Void) throws -> Void
}

extension PackContents {
    /// Returns a file as it was written.
    func file(_ path: String) throws(CommandFailure) -> PackedFile {
        let name =
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
        let folder = name.utf8.count == path.utf8.count ? RunManifest.root : String(path.dropLast(name.count + 1))
        guard let content = try manifest.files(in: folder).first(where: { $0.name == name })?.content else {
            throw CommandFailure(.internalFault, "\(path) is not in the manifest, and cannot be packed")
        }
        return PackedFile(path: path, bytes: content.bytes, sha256: content.sha256)
    }
}

/// The paths of an audit's files, in the order of their bytes.
struct AuditPaths: Sequence {
    private let own: [String]
    /// `jobs/NAME/`, and the files in each.
    private let folders: [String]
    private let files: [String]

    /// Makes the paths of the report of a single dump.
    init(single: [ReportFile]) {
        own = Self.sorted(single.map { $0.name })
        (folders, files) = ([], [])
    }

    /// Makes the paths of an overview and the reports of its jobs.
    ///
    /// - Parameter folders: the names of the folders under `jobs`.
    init(overview: [ReportFile], job: [ReportFile], folders: [String]) {
        own = Self.sorted(overview.map { $0.name })
        files = Self.sorted(job.map { $0.name })
        self.folders = Self.sorted(folders.map { "\(Self.jobs)\($0)/" })
    }

    private static let jobs = "jobs/"

    /// Sorts names by bytes; Swift orders strings by characters.
    private static func sorted(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func makeIterator() -> AnyIterator<String> {
        let before = own.prefix { $0.utf8.lexicographicallyPrecedes(Self.jobs.utf8) }
        let parts: [AnySequence<String>] = [
            AnySequence(before), AnySequence(folders.lazy.flatMap { folder in files.lazy.map { folder + $0 } }),
            AnySequence(own.dropFirst(before.count)),
        ]
        return AnyIterator(parts.joined().makeIterator())
    }
}

extension RunResults {
    /// Passes on all dumps and other documents, in the order of the inputs.
    ///
    /// - Parameter content: returns the size and the hash of a document that is not a job.
    func forEachPackInput(
        content: (DocumentOrder) -> ContentHash?, _ body: (PackInput) throws -> Void
    ) throws {
        var others = unreadable[...]
        func handOutOthers(before order: DocumentOrder?) throws {
            while let number = others.first, order.map({ store.unreadable[number].order < $0 }) != false {
                let input = try store.unreadable(number)
                let content = content(store.unreadable[number].order)
                try body(
                    PackInput(
                        source: input.source, bytes: content?.bytes, sha256: content?.sha256, state: .unreadable,
                        reason: input.reason))
                others.removeFirst()
            }
        }
        for number in allJobs {
            try handOutOthers(before: try store.order(number))
            try body(PackInput(try store.job(number), isCounting: !superseded.contains(number)))
        }
        try handOutOthers(before: nil)
    }
}

extension PackInput {
    init(_ job: JobSummary, isCounting: Bool) {
        self.init(
            source: job.source, bytes: job.bytes, sha256: job.sha256, state: isCounting ? .audited : .superseded)
    }
}
