import Foundation
import ImportFoundation
import ImportInputs
import TestSupport
import Testing

extension Workspace {
    /// Runs lines of Python in this folder.
    func python(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try write(script, as: ".script.py")
        try shell("python3 .script.py", sourceLocation: sourceLocation)
    }

    /// Returns everything that is found in a file, with each stream read to its end.
    func found(in name: String, limits: InputLimits = InputLimits()) throws -> [Found] {
        let file = try FileHandle(forReadingFrom: URL(filePath: self[name]))
        defer { try? file.close() }
        return Found.all(in: file.fileDescriptor, named: name, limits: limits)
    }

    /// Reads the file through a pipe.
    func foundThroughPipe(_ name: String) throws -> [Found] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/cat")
        process.arguments = [self[name]]
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let found = Found.all(in: pipe.fileHandleForReading.fileDescriptor, named: name, limits: InputLimits())
        try pipe.fileHandleForReading.close()
        process.waitUntilExit()
        return found
    }
}

/// An item from a container reader, with what could be read of it.
struct Found: Equatable, CustomStringConvertible {
    var source: String
    var text = ""
    var failure: ReadFailure?
    var refusal: InputRefusal?

    var description: String {
        var parts = [source, text.count > 200 ? "\(text.utf8.count) bytes" : text.debugDescription]
        if let failure { parts.append("\(failure)") }
        if let refusal { parts.append("\(refusal)") }
        return parts.joined(separator: " | ")
    }

    init(_ source: String, _ text: String = "", failure: ReadFailure.Reason? = nil, refusal: InputRefusal? = nil) {
        self.source = source
        self.text = text
        self.failure = failure.map { ReadFailure($0) }
        self.refusal = refusal
    }

    /// Whether a user is told that something may be missing. Every command reports an input without bytes.
    var isReported: Bool {
        if let refusal { return !refusal.isExpected }
        return failure != nil || text.isEmpty
    }

    init(_ item: ContainerItem) {
        switch item {
        case .stream(let source, let bytes):
            self.init(source)
            let content = Content(of: bytes)
            text = String(decoding: content.bytes, as: UTF8.self)
            failure = content.failure
        case .refused(let source, let reason): self.init(source, refusal: reason)
        }
    }

    static func all(in descriptor: Int32, named name: String, limits: InputLimits) -> [Found] {
        var found: [Found] = []
        ContainerReader(limits: limits).read(descriptor: descriptor, name: name) { item in found.append(Found(item)) }
        return found
    }
}

/// The bytes that a source delivers, and how the source ends.
struct Content {
    var bytes: [UInt8] = []
    var failure: ReadFailure?

    /// - Parameter room: the number of bytes to request at a time.
    init(of source: any ByteSource, room: Int = 100_000) {
        var source = source
        var chunk = [UInt8](repeating: 0, count: room)
        while true {
            let read = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try source.read(into: buffer) }
            }
            switch read {
            case .success(0): return
            case .success(let count): bytes += chunk[..<count]
            case .failure(let failure):
                self.failure = failure
                return
            }
        }
    }
}

/// A dump of one job with these rows, as JSON.
func dumpText(rows: String) -> String {
    #"{"job_id":null,"status":"complete","results":["# + rows + "]}"
}

/// A dump of one job, of some 1,700 bytes.
let dumpOfSixtyRows = dumpText(
    rows: (0..<60).map { #"{"id":"\#($0 * 7919 % 1000)","created":true}"# }.joined(separator: ","))
