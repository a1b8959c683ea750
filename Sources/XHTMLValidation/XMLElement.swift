/// An element as the checks see it: plain values, copied out of libxml2's tree.
struct XMLElement {
    static let xhtml = "http://www.w3.org/1999/xhtml"
    static let svg = "http://www.w3.org/2000/svg"
    static let relaxNG = "http://relaxng.org/ns/structure/1.0"

    struct Attribute {
        /// The local name, with "xml:" or "xlink:" before it for these two namespaces, and "{…}" for any other.
        var name: String
        var value: String
    }

    /// The local name.
    var name: String
    /// The namespace; empty for none.
    var namespace: String
    var attributes: [Attribute]
    /// All text inside, where it was asked for.
    var text: String?
    /// How many elements it is in.
    var depth: Int
    /// Where its start tag begins, in bytes.
    var offset: Int

    func isXHTML(_ name: String) -> Bool {
        self.name == name && namespace == Self.xhtml
    }
}
