/// Names that lead into the folder that a zip is unpacked in, whichever program does it.
enum ZipName {
    /// - Parameter isMarkedUTF8: whether the zip says that it is UTF-8, without which it is read by the machine's own
    ///   character set.
    static func isSafe(_ name: [UInt8], isMarkedUTF8: Bool) -> Bool {
        guard let text = String(validating: name, as: UTF8.self) else { return false }
        guard isMarkedUTF8 || name.allSatisfy({ $0 < 0x80 }) else { return false }
        // What Windows would take for a separator, a drive or a pattern, and what acts on a terminal.
        let forbidden: Set<Unicode.Scalar> = ["\\", ":", "*", "?", "\"", "<", ">", "|"]
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && !forbidden.contains($0) }) else {
            return false
        }
        return name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }
}
