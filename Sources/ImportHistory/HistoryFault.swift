/// Why a history cannot be used.
package enum HistoryFault: Error, Sendable, Equatable {
    case notThere
    /// It is not an SQLite file.
    case notSQLite
    /// An SQLite file of another program.
    case foreign
    /// A later version of this program wrote it.
    case newer(version: Int)
    /// Another process was writing, and did not finish while this one waited.
    case locked(seconds: Int)
    /// Its contents cannot be read.
    case damaged(String)
    case cannotRead(String)
    case cannotWrite(String)
    /// Its values are pseudonyms with another key, or not pseudonyms at all.
    case otherPseudonyms(history: String?, new: String?)

    /// What is wrong and what to do, without the name of the file.
    package var explanation: String {
        switch self {
        case .notThere: "There is no history here. Create one with history add."
        case .notSQLite: "This is neither a history nor another SQLite file. It was not changed."
        case .foreign:
            "This SQLite file belongs to another program. It was not changed; choose another name for the history."
        case .newer(let version):
            "A later version of import-audit wrote this history (schema \(version)). It was not changed; use that version."
        case .locked(let seconds):
            "Another process is writing to the history and did not finish within \(seconds) seconds. To wait longer, use --wait."
        case .damaged(let reason): "The history is damaged (\(reason)). Create it again with history add."
        case .cannotRead(let reason): "The history cannot be read: \(reason)."
        case .cannotWrite(let reason): "The history cannot be written: \(reason)."
        case .otherPseudonyms(let history, let new):
            "It has \(Self.words(history)), the new jobs have \(Self.words(new)): the same value would look different in them."
        }
    }

    private static func words(_ keyID: String?) -> String {
        keyID.map { "pseudonyms of the key \($0)" } ?? "no pseudonyms"
    }
}
