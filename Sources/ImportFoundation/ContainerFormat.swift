/// The compression and archive formats of dumps, recognized by content.
package enum ContainerFormat: Sendable, Equatable {
    case gzip, zstd, xz, bzip2, lz4
    case tar, zip, sevenZip

    /// Whether it contains named entries rather than a single stream of bytes.
    package var isArchive: Bool {
        switch self {
        case .tar, .zip, .sevenZip: true
        case .gzip, .zstd, .xz, .bzip2, .lz4: false
        }
    }

    /// The number of first bytes needed to recognize a format: the size of a tar header.
    package static let signatureBytes = 512

    /// Recognizes a format by an input's first ``signatureBytes`` bytes, or all bytes of a shorter one; nil for plain
    /// data.
    package init?(firstBytes bytes: ArraySlice<UInt8>) {
        func starts(_ signature: [UInt8]) -> Bool { bytes.starts(with: signature) }
        func starts(_ letters: String, _ signature: [UInt8]) -> Bool { starts(Array(letters.utf8) + signature) }

        if starts([0x1F, 0x8B]) {
            self = .gzip
        } else if starts([0x28, 0xB5, 0x2F, 0xFD]) || Self.isSkippableFrame(bytes) {
            self = .zstd
        } else if starts([0xFD] + Array("7zXZ".utf8) + [0]) {
            self = .xz
        } else if Self.isBzip2(bytes) {
            self = .bzip2
        } else if starts([0x04, 0x22, 0x4D, 0x18]) || starts([0x02, 0x21, 0x4C, 0x18]) {
            self = .lz4
        } else if starts("PK", [3, 4]) || starts("PK", [5, 6]) || starts("PK", [7, 8]) {
            self = .zip
        } else if starts("7z", [0xBC, 0xAF, 0x27, 0x1C]) {
            self = .sevenZip
        } else if Self.isTar(bytes) {
            self = .tar
        } else {
            return nil
        }
    }

    /// Parallel zstd compressors begin with a special frame, which decompressors skip.
    private static func isSkippableFrame(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return false }
        return first & 0xF0 == 0x50 && bytes.dropFirst().starts(with: [0x2A, 0x4D, 0x18])
    }

    /// "BZh", the block size, then the magic number of a block or of the end: the letters alone might be text.
    private static func isBzip2(_ bytes: ArraySlice<UInt8>) -> Bool {
        let level = bytes.dropFirst(3)
        guard bytes.starts(with: "BZh".utf8), let digit = level.first, (0x31...0x39).contains(digit) else {
            return false
        }
        let mark = level.dropFirst()
        return mark.starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || mark.starts(with: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
    }

    /// The magic of POSIX and GNU tar, or the checksum of a header, because the oldest kind of tar has nothing else.
    /// Either could be text, but every header contains U+0000, which JSON never does.
    private static func isTar(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.prefix(signatureBytes).contains(0) else { return false }
        if bytes.dropFirst(257).starts(with: "ustar".utf8) { return true }
        guard bytes.count >= signatureBytes, let declared = tarChecksum(bytes.dropFirst(148).prefix(8)) else {
            return false
        }
        // The checksum field counts as eight spaces. Some old programs summed signed bytes.
        var unsigned = 0
        var signed = 0
        for (index, byte) in bytes.prefix(signatureBytes).enumerated() {
            let counted = (148..<156).contains(index) ? 0x20 : byte
            unsigned += Int(counted)
            signed += Int(Int8(bitPattern: counted))
        }
        return declared == unsigned || declared == signed
    }

    /// Octal digits, possibly after spaces; spaces or zero bytes may follow.
    private static func tarChecksum(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty else { return nil }
        return digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
    }
}
