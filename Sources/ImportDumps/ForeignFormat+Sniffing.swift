extension ForeignFormat {
    /// As many first bytes as it takes to recognise a format.
    static let signatureBytes = 6

    /// Recognises a format by an input's first bytes; nil for anything that may be JSON in UTF-8.
    init?(firstBytes bytes: UnsafeBufferPointer<UInt8>) {
        func starts(_ signature: [UInt8]) -> Bool { unsafe bytes.starts(with: signature) }
        func isZero(_ index: Int) -> Bool { unsafe index < bytes.count && bytes[index] == 0 }

        if starts([0xFF, 0xFE, 0, 0]) || starts([0, 0, 0xFE, 0xFF]) || (isZero(0) && isZero(1)) {
            self = .utf32
        } else if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) || (isZero(0) && !isZero(1)) {
            self = .utf16
        } else if bytes.count > 1 && isZero(1) {
            self = isZero(2) && isZero(3) ? .utf32 : .utf16
        } else if starts([0x1F, 0x8B]) {
            self = .gzip
        } else if starts([0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else if starts(Array("PK".utf8) + [3, 4]) {
            self = .zip
        } else if starts([0xFD] + Array("7zXZ".utf8)) {
            self = .xz
        } else if starts(Array("BZh".utf8)) {
            self = .bzip2
        } else if starts(Array("7z".utf8) + [0xBC, 0xAF]) {
            self = .sevenZip
        } else if starts([0x04, 0x22, 0x4D, 0x18]) {
            self = .lz4
        } else if unsafe bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) })
            == UInt8(ascii: "<")
        {
            self = .markup
        } else {
            return nil
        }
    }
}
