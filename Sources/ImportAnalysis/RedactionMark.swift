/// Says of a summary that its values are pseudonyms, and of which key.
package struct RedactionMark: Sendable, Equatable {
    /// Whether the key was the user's own; else it was a random one, of that run alone.
    package var isKeyed: Bool
    /// Eight hexadecimal digits that tell keys apart and say nothing about them.
    package var keyID: String

    package init(isKeyed: Bool, keyID: String) {
        self.isKeyed = isKeyed
        self.keyID = keyID
    }

    /// What a reader is to know, as a sentence.
    package var sentence: String {
        "E-mail addresses, phone numbers, quoted values, ids and names of files are pseudonyms ("
            + (isKeyed ? "key \(keyID))." : "of a random key that no other run has, \(keyID)).")
    }
}
