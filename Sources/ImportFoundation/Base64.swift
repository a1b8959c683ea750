/// Base64 (RFC 4648, section 4).
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// - Parameter lineLength: a multiple of 4, after which each line, including the last, ends with a carriage return
    ///   and a line feed. Nil for a single line without a line ending.
    package static func encode(_ data: [UInt8], lineLength: Int? = nil) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(data.count * 4 / 3 + data.count / 20 + 8)
        var column = 0
        func endLine() {
            result.append(contentsOf: "\r\n".utf8)
            column = 0
        }
        for start in stride(from: 0, to: data.count, by: 3) {
            let rest = data.count - start
            let first = data[start]
            let second = rest > 1 ? data[start + 1] : 0
            let third = rest > 2 ? data[start + 2] : 0
            result.append(letters[Int(first >> 2)])
            result.append(letters[Int((first & 3) << 4 | second >> 4)])
            result.append(rest > 1 ? letters[Int((second & 15) << 2 | third >> 6)] : padding)
            result.append(rest > 2 ? letters[Int(third & 63)] : padding)
            column += 4
            if column == lineLength { endLine() }
        }
        if lineLength != nil, column > 0 { endLine() }
        return result
    }

    package static func text(_ data: [UInt8]) -> String { String(decoding: encode(data), as: UTF8.self) }
}
