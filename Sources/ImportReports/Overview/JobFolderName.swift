import ImportAnalysis
import ImportFoundation

/// Returns the name of the folder for a job's report: the job's id or, for a sync import (which has none), the stem of
/// the file's name and a hash of the file's contents. Two jobs never share a folder, on any file system.
///
/// The name depends on the job alone. It has at most 100 bytes, contains no separators, no control characters and
/// nothing that Windows forbids, and does not begin with a dot or a dash. An id is used unchanged if it consists of
/// `a`–`z`, `0`–`9`, `-`, `_` and `.` and these rules do not change it. To any other id, `-` and 24 hexadecimal digits
/// of its hash are appended. That includes ids with capital letters, because some file systems do not distinguish `A`
/// from `a`, and ids that end like a name with a hash.
///
/// - Parameters:
///   - source: the dump's name, as in a summary.
///   - sha256: the hash of the dump; without it, a sync import is identified by its source.
package func jobFolderName(jobID: String?, source: String, sha256: String?) -> String {
    guard let jobID else {
        let content = sha256.map { "content\0" + $0 } ?? "source\0" + source
        return hashedName(FileName.safe(stem(of: source)), hashOf: content)
    }
    let safe = FileName.safe(jobID)
    // Compares bytes, because canonically equivalent texts are equal in Swift.
    let isUnchanged = safe.utf8.elementsEqual(jobID.utf8) && safe.utf8.allSatisfy(FileName.isPlain)
    guard isUnchanged, !endsWithHash(safe) else { return hashedName(safe, hashOf: "job\0" + jobID) }
    return safe
}

private let hashDigits = 24

private func hashedName(_ name: String, hashOf text: String) -> String {
    var hash = SHA256()
    let bytes = Array(text.utf8)
    unsafe bytes.withUnsafeBufferPointer { unsafe hash.update($0) }
    let room = FileName.maximumBytes - hashDigits - 1
    return "\(FileName.cut(name, to: room))-\(hash.finish().prefix(hashDigits))"
}

/// Returns whether a name looks as if it had a hash: an id like that could be the name for another id.
private func endsWithHash(_ name: String) -> Bool {
    let end = name.utf8.suffix(hashDigits + 1)
    guard end.count == hashDigits + 1, end.first == UInt8(ascii: "-") else { return false }
    return end.dropFirst().allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
    }
}

/// Returns `import` for `archive.tar.gz!2026/import.json.gz`, and `import.jsonl:12` unchanged.
private func stem(of source: String) -> String {
    let file = SourceName.file(of: source)
    let last = file.unicodeScalars.split(whereSeparator: { $0 == "!" || $0 == "\\" }).last
    var name = last.map { String($0) } ?? ""
    for ending in [".gz", ".zst", ".xz", ".bz2", ".lz4", ".json"] where name.utf8.count > ending.utf8.count {
        if name.hasSuffix(ending) { name.removeLast(ending.count) }
    }
    return name == "-" ? "standard-input" : name
}

/// Names that are valid on every file system.
package enum FileName {
    static let maximumBytes = 100

    /// Returns whether a byte stays the same on every file system, including those that ignore case.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Returns a name as close to `text` as possible: letters and digits of any script, `-`, `_` and `.`; `_` for
    /// everything else.
    package static func safe(_ text: String) -> String {
        var name = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maximumBytes + 1) {
            name.append(isAllowed(scalar) ? scalar : "_")
        }
        if let first = name.first, first == "." || first == "-" {
            name.replaceSubrange(...name.startIndex, with: ["_"])
        }
        var result = cut(String(name), to: maximumBytes)
        if result.isEmpty { result = "_" }
        return isDevice(result) ? "_" + cut(result, to: maximumBytes - 1) : result
    }

    /// Returns the beginning of a name, without dots at its end, which Windows would drop.
    static func cut(_ name: String, to count: Int) -> String {
        var name = name
        while name.utf8.count > count || name.unicodeScalars.last == "." { name.unicodeScalars.removeLast() }
        return name
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isPlain(UInt8(scalar.value)) || scalar.properties.isUppercase }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber: return true
        default: return false
        }
    }

    /// Returns whether Windows reserves the name for a device, with any extension.
    private static func isDevice(_ name: String) -> Bool {
        let stem = name.prefix { $0 != "." }.lowercased()
        if ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(stem) { return true }
        guard stem.unicodeScalars.count == 4, stem.hasPrefix("com") || stem.hasPrefix("lpt") else { return false }
        return stem.unicodeScalars.last.map { "0123456789¹²³".unicodeScalars.contains($0) } == true
    }
}

/// A path from one file of the output to another, as a link.
package enum RelativeLink {
    /// Returns the URL of a path below the folder of the page: its bytes, percent-encoded except letters, digits, `/`,
    /// and most `-` and `.`. It has no scheme and no host, contains nothing that ends an attribute or a Markdown link,
    /// and is not changed by Markdown escaping.
    package static func url(_ path: String) -> String {
        var url: [UInt8] = []
        var previous: UInt8 = 0
        for byte in path.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"):
                    true
                // GitHub would take "www." for an address, "GH-1" for a reference, and a leading dash for a list.
                case UInt8(ascii: "."): previous | 0x20 != UInt8(ascii: "w")
                case UInt8(ascii: "-"): previous | 0x20 != UInt8(ascii: "h") && previous != 0
                default: false
                }
            if isPlain {
                url.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                url += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            previous = byte
        }
        return String(decoding: url, as: UTF8.self)
    }
}

/// Where the report of a job is, relative to the folder of the overview.
package struct ReportPlace: Sendable, Equatable {
    /// The path of the report's folder, with a `/` after each part, such as `jobs/abc/`.
    package var folder: String
    /// The files in the folder.
    package var files: [ReportFile]

    package init(folder: String, files: [ReportFile]) {
        self.folder = folder
        self.files = files
    }

    /// The path of the page that a person opens: `report.xhtml`, or `report.md` if that is the only page.
    package var page: String? { page(of: [.xhtml, .markdown]) }

    /// Returns the path of the first of these pages that is written.
    func page(of pages: [ReportFile]) -> String? {
        pages.first { files.contains($0) }.map { folder + $0.name }
    }
}
