/// Files and folders that operating systems and office programs put beside a person's own, in folders and archives.
/// They are passed over silently, as hidden ones are.
enum SystemFiles {
    private static let names: Set<String> = [
        "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information",
        "__macosx",
    ]

    /// Whether a file or a folder of that name is hidden, or one of the system's.
    static func include(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        if first == UInt8(ascii: ".") { return true }
        // What an office program holds open, such as `~$jobs.xlsx`.
        if first == UInt8(ascii: "~"), name.dropFirst().first == UInt8(ascii: "$") { return true }
        // The longest of the names has 25 bytes. Windows tells no letters apart by their case.
        guard name.count <= 25 else { return false }
        return names.contains(String(decoding: name.map { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) }, as: UTF8.self))
    }
}
