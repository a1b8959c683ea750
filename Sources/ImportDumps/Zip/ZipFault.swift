/// Why a file is not a zip that every program reads alike.
package struct ZipFault: Error, Sendable, Equatable {
    package var code: Code
    /// The entry that it is about, as far as its name could be read: hostile text.
    package var entry: String?

    package enum Code: Sendable, Equatable {
        /// The operating system refused; the value of `errno`.
        case system(errorNumber: Int32)
        /// A pipe or a device.
        case noRegularFile
        /// Nothing in it looks like a zip.
        case notAZip
        /// It begins like a zip, but its last bytes are not the end of one: it is cut off, or something stands behind.
        case noEnd
        /// Bytes that belong to no entry, or entries that overlap.
        case strayBytes
        /// It is in several parts, has a comment, or an entry has one.
        case unusual
        case encrypted
        /// Neither stored nor deflated.
        case method
        /// No plain file: a folder, a link, or something with rights of its own.
        case noPlainFile
        /// A name that leads elsewhere, or that programs do not read alike.
        case unsafeName
        /// A name twice, or names that are not in order.
        case unordered
        /// What the list at the end and the entry itself say is not the same.
        case disagreement
        /// A header that breaks the format.
        case structure
    }

    package init(_ code: Code, entry: String? = nil) {
        self.code = code
        self.entry = entry
    }
}
