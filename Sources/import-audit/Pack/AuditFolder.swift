import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
package import ImportReports

/// A folder that `report` wrote, checked against its manifest like a zip.
package struct AuditFolder {
    private let path: String
    private let folder: OutputFolder
    private let manifest: RunManifest
    private let content: ContentHash

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    package init(_ path: String) throws {
        self.path = path
        folder = try OutputFolder(reading: path)
        // The folder itself may be read-only.
        let temporaryFolder = TemporaryFolder.parent
        guard let manifest = try RunManifest(in: folder, temporaryFolder: temporaryFolder),
            let descriptor = try folder.openFile(RunManifest.file)
        else {
            throw CommandFailure(
                .inputNotReadWhole, of: path, "it contains no \(RunManifest.file) that import-audit wrote")
        }
        defer { close(descriptor) }
        let place = "\(path)/\(RunManifest.file)"
        guard let content = try naming(place, ContentHash(ofFile: descriptor), as: .noInput) else {
            throw CommandFailure(.noInput, of: place, "this is not a file")
        }
        self.manifest = manifest
        self.content = content
    }

    /// Checks the files against the manifest: all must be there, each with its SHA-256, and no others but packs.
    ///
    /// - Parameter listed: called with each input that the manifest lists, and with each file that was sent.
    package func verify(_ listed: (ListedInAudit) throws -> Void) throws -> PackVerification {
        let fault = try fault(listed)
        var result = PackVerification(
            folder: path, bytes: content.bytes, sha256: content.sha256,
            toolVersion: fault == nil ? manifest.header.toolVersion : nil)
        if let fault { result.add(.init(.unsound, .file, RunManifest.file, detail: fault)) }
        try manifest.forEachFolder { place, files in
            let descriptor = try folder.openFolder(place)
            defer { if let descriptor { close(descriptor) } }
            for file in files {
                if Interruption.isRequested { throw Interrupted() }
                result.files.listed += 1
                let name = place == RunManifest.root ? file.name : "\(place)/\(file.name)"
                guard let descriptor,
                    let found = try naming(
                        "\(path)/\(name)", OutputFile.open(file.name, in: descriptor), as: .noInput)
                else {
                    result.add(.init(.missing, .file, name))
                    continue
                }
                defer { close(found) }
                let content = try naming(
                    "\(path)/\(name)", ContentHash(ofFile: found, expected: file.content?.bytes), as: .noInput)
                if let expected = file.content, content == expected {
                    result.files.matching += 1
                } else {
                    result.add(.init(.changed, .file, name))
                }
            }
        }
        try addOthers(to: &result)
        return result
    }

    /// Passes on everything in the manifest again.
    func forEachListed(_ body: (ListedInAudit) throws -> Void) throws {
        for source in try manifest.sources() { try body(.source(source)) }
        _ = try manifest.forEachDocument { try body(.input(PackInput($0))) }
    }

    /// Why the manifest proves nothing; nil if it is valid.
    private func fault(_ listed: (ListedInAudit) throws -> Void) throws -> String? {
        if manifest.header.version != RunManifest.version { return "it was written by another version" }
        if manifest.header.isUnfinished { return "the run that wrote it did not finish" }
        for source in try manifest.sources() { try listed(.source(source)) }
        var documents = 0
        let isSound = try manifest.forEachDocument { document in
            documents += 1
            try listed(.input(PackInput(document)))
        }
        if !isSound || manifest.isBroken { return "it is damaged" }
        // The manifest of an interrupted overview counts no documents.
        return documents == manifest.header.documents ? nil : "the run that wrote it did not finish"
    }

    /// Adds everything that is in the folder but not in the manifest.
    private func addOthers(to result: inout PackVerification) throws {
        func others(in place: String) throws -> [String] {
            guard let descriptor = try folder.openFolder(place) else { return [] }
            defer { close(descriptor) }
            let listed = Set(try manifest.files(in: place).map { ExactText($0.name) })
            return try folder.names(of: descriptor).sorted().filter { name in
                !listed.contains(ExactText(name))
                    && !(place == RunManifest.root
                        && (name == RunManifest.file || OutputFile.isPack(name, in: descriptor)))
            }
        }
        for name in try others(in: RunManifest.root) {
            guard name == "jobs", let jobs = try folder.openFolder(name) else {
                result.add(.init(.extra, .file, name))
                continue
            }
            defer { close(jobs) }
            for job in try folder.names(of: jobs).sorted() {
                guard manifest.knows(folder: "jobs/\(job)") else {
                    result.add(.init(.extra, .file, "jobs/\(job)"))
                    continue
                }
                for name in try others(in: "jobs/\(job)") { result.add(.init(.extra, .file, "jobs/\(job)/\(name)")) }
            }
        }
    }
}

extension PackInput {
    fileprivate init(_ document: RunManifest.Document) {
        switch document {
        case .job(let job, _, _, let counted, _): self.init(job, isCounting: counted)
        case .unreadable(let input, _, _, let content, _):
            self.init(
                source: input.source, bytes: content?.bytes, sha256: content?.sha256, state: .unreadable,
                reason: input.reason)
        }
    }
}
