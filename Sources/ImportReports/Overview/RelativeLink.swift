/// A path from one file of the output to another, as a link.
package enum RelativeLink {
    /// The URL of a path that goes down from the folder of the page: its bytes percent-encoded but for letters, digits,
    /// `/`, `-` and `.`. It has no scheme and no host, holds nothing that ends an attribute or a Markdown link, and the
    /// escaping of Markdown leaves it as it is.
    package static func url(_ path: String) -> String {
        var url: [UInt8] = []
        var previous: UInt8 = 0
        for byte in path.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"):
                    true
                // GitHub would take "www." for an address, "GH-1" for a reference, and a dash in front for a list.
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
