/// Where a document stands among all documents of a run: results are put in this order, whichever thread had them
/// first.
struct DocumentOrder: Comparable, Hashable, Sendable {
    /// The number of the input, in the order of the arguments and of what is in folders.
    var input: Int
    /// The number of the archive's entry; 0 for a plain input.
    var entry = 0
    /// The number of the document in that.
    var document = 0

    static func < (left: DocumentOrder, right: DocumentOrder) -> Bool {
        (left.input, left.entry, left.document) < (right.input, right.entry, right.document)
    }
}
