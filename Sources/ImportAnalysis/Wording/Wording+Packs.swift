import ImportFoundation
package import ImportInputs

// What `verify` says about an audit.

extension Wording {
    /// What was proved, and what was not.
    package static func verification(isVerified: Bool, isFolder: Bool) -> String {
        guard isVerified else {
            return "This is not what \(isFolder ? "import-audit" : "--pack") wrote, or not from these inputs."
        }
        return
            "Not signed: this proves that nothing differs from the manifest, not who made it. Compare the SHA-256 with "
            + "what the sender tells you."
    }
}

extension ZipFault {
    /// Why the file is not read, as a sentence for people. It may quote a name from the file: hostile text.
    package var explanation: String {
        guard let entry else { return "\(sentence)." }
        return "\(sentence), at its file “\(Wording.beginning(entry, characters: 200))”."
    }

    private var sentence: String {
        switch code {
        case .system(let errorNumber): ReadFailure(errorNumber: errorNumber).description
        case .noRegularFile: "This is not a regular file"
        case .notAZip: "This is not a zip"
        case .noEnd: "The zip is cut off, or something follows its end"
        case .strayBytes: "The zip has bytes that do not belong to any file, or files that overlap"
        case .unusual: "The zip has parts, comments or marks that --pack does not write"
        case .encrypted: "The zip is encrypted"
        case .method: "The zip is packed in a way that --pack does not use"
        case .noPlainFile: "The zip contains something other than a plain file with the permissions that --pack gives"
        case .unsafeName: "The zip contains a name that leads elsewhere, or that programs read differently"
        case .unordered: "The zip contains a name twice, or names that are not in order"
        case .disagreement: "The zip's entries at its end and before a file differ"
        case .structure: "The zip is damaged"
        }
    }
}
