private import Glibc
import ImportFoundation
import ImportInputs
import ImportSources
import XHTMLValidation

/// The parts of a workbook and their references to each other.
struct WorkbookParts: Sendable {
    /// A reference from one part to another.
    struct Relationship {
        var id: String
        /// An address whose last component is the kind of part.
        var type: String
        /// The name of the part.
        var target: String

        func isOf(_ kind: String) -> Bool { type.hasSuffix("/\(kind)") }
    }

    private static let mostRelationships = 20_000

    private let zip: ZipParts

    init(_ zip: ZipParts) {
        self.zip = zip
    }

    /// Returns the name of the main part, which describes the workbook.
    func mainPart() throws(WorkbookFault) -> String {
        guard zip.contains("_rels/.rels"),
            let main = try relationships(in: "_rels/.rels", folder: "").first(where: { $0.isOf("officeDocument") })
        else { throw WorkbookFault(.isNoWorkbook("a zip without a document")) }
        if main.target.hasSuffix(".bin") { throw WorkbookFault(.binary) }
        return main.target
    }

    /// Fails unless the element is the root element of a workbook.
    static func checkRoot(_ element: borrowing XMLStreamElement) throws(WorkbookFault) {
        if element.isNamed("workbook"), isSpreadsheet(element) { return }
        switch element.name {
        case "document": throw WorkbookFault(.isNoWorkbook("a Word document"))
        case "presentation": throw WorkbookFault(.isNoWorkbook("a presentation"))
        default: throw WorkbookFault(.isNoWorkbook("another kind of document"))
        }
    }

    /// Returns whether the element belongs to the spreadsheet format, in its common or its strict form.
    static func isSpreadsheet(_ element: borrowing XMLStreamElement) -> Bool {
        element.hasNamespace(prefix: "http://schemas.openxmlformats.org/spreadsheetml/")
            || element.hasNamespace(prefix: "http://purl.oclc.org/ooxml/spreadsheetml/")
    }

    /// Returns the references of a part.
    func relationships(of part: String) throws(WorkbookFault) -> [Relationship] {
        let folder = part.lastIndex(of: "/").map { String(part[...$0]) } ?? ""
        let name = "\(folder)_rels/\(part.dropFirst(folder.count)).rels"
        return zip.contains(name) ? try relationships(in: name, folder: folder) : []
    }

    private func relationships(in part: String, folder: String) throws(WorkbookFault) -> [Relationship] {
        var found: [Relationship] = []
        try forEachElement(of: part) { element, path in
            guard path.count == 2, element.isNamed("Relationship"), element.value(of: "TargetMode") != "External" else {
                return
            }
            guard found.count < Self.mostRelationships else {
                throw WorkbookFault(.structure("it has more than \(Self.mostRelationships) parts"))
            }
            found.append(
                Relationship(
                    id: element.value(of: "Id") ?? "", type: element.value(of: "Type") ?? "",
                    target: Self.resolved(element.value(of: "Target") ?? "", in: folder)))
        }
        return found
    }

    /// Returns the name of the part to which an address in a folder leads.
    private static func resolved(_ target: String, in folder: String) -> String {
        let path = target.hasPrefix("/") ? String(target.dropFirst()) : folder + target
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// Returns the bytes of a part; nil if the workbook has no such part.
    func source(of part: String) throws(WorkbookFault) -> (any ByteSource)? {
        do throws(ReadFailure) {
            return try zip.source(of: part)
        } catch {
            throw WorkbookFault(.readFailed(error))
        }
    }

    /// Calls `body` with each element of a small part and its path: the names of the enclosing elements and its own.
    func forEachElement(
        of part: String, _ body: @escaping (borrowing XMLStreamElement, _ path: [String]) throws -> Void
    ) throws(WorkbookFault) {
        try read(part, ElementVisitor(body))
    }

    /// Reads a part to its end.
    func read(_ part: String, _ handler: any XMLStreamHandler) throws(WorkbookFault) {
        guard var source = try source(of: part) else { throw WorkbookFault(.missingPart(part)) }
        do {
            let stream = try XMLStream(handler)
            var chunk = [UInt8](repeating: 0, count: 64 * 1024)
            while true {
                let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe source.read(into: $0) }
                if count == 0 { break }
                try stream.read(chunk.span.extracting(0..<count))
            }
            try stream.finish()
        } catch {
            throw WorkbookFault(error, part: part)
        }
    }
}

extension WorkbookFault {
    /// Converts an error from reading a part.
    init(_ error: any Error, part: String) {
        switch error {
        case let fault as WorkbookFault: self = fault
        case let fault as XMLStreamFault:
            self.init(.brokenXML(part: part, line: fault.line, message: fault.message))
        case let failure as ReadFailure: self.init(.readFailed(failure))
        default: self.init(.structure("it cannot be read"))
        }
    }

    /// Returns this fault with the name of a sheet, unless it already has one.
    func naming(sheet name: String) -> WorkbookFault {
        var fault = self
        if fault.sheet == nil { fault.sheet = name }
        return fault
    }
}

/// Calls a closure with each element of a part.
private final class ElementVisitor: XMLStreamHandler {
    private let body: (borrowing XMLStreamElement, [String]) throws -> Void
    private var path: [String] = []

    init(_ body: @escaping (borrowing XMLStreamElement, [String]) throws -> Void) {
        self.body = body
    }

    func begin(_ element: borrowing XMLStreamElement) throws {
        path.append(element.name)
        try body(element, path)
    }

    func end() { _ = path.popLast() }

    func text(_ bytes: Span<UInt8>) {}
}

/// Reads bytes at a given offset of a file.
enum PositionedBytes {
    /// Reads `count` bytes, or as many as there are.
    static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset + filled)
            }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { break }
            filled += read
        }
        return Array(bytes.prefix(filled))
    }
}
