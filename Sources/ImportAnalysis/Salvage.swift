package import ImportDumps

/// Why and where the reading of a dump had to stop, as a summary keeps it.
package struct Salvage: Sendable, Equatable {
    package var kind: Kind
    package var place: Place
    /// Rows that were whole before the fault.
    package var rowsKept: Int
    /// What was found and what became of the rows before it, as a sentence for people.
    package var message: String

    /// The ways in which a dump can fail to be whole.
    package enum Kind: String, Sendable, CaseIterable {
        /// Bytes are missing.
        case truncated
        /// Those that are there are wrong.
        case malformed
    }

    package init(kind: Kind, place: Place, rowsKept: Int, message: String) {
        self.kind = kind
        self.place = place
        self.rowsKept = rowsKept
        self.message = message
    }

    /// What a summary keeps of a fault.
    package init(_ fault: DumpFault) {
        self.init(
            kind: fault.isTruncation ? .truncated : .malformed, place: fault.place, rowsKept: fault.rowsKept,
            message: Wording.salvaged(fault))
    }

    /// What a summary keeps of a dump that is not whole; nil for one that is.
    init?(_ dump: Dump) {
        if let fault = dump.fault {
            self.init(fault)
        } else if let first = dump.damage.first {
            let kept = dump.rowCount - dump.damage.rows.count
            self.init(
                kind: .malformed, place: first.place, rowsKept: kept, message: Wording.readOn(first, rowsKept: kept))
        } else {
            return nil
        }
    }
}
