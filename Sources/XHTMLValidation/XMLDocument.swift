internal import CLibXML2

/// A well-formed document as libxml2's tree. Each element remembers the byte offset of its start tag.
///
/// libxml2's own line numbers stop at 65,535 and refer to the end of a start tag, hence the offsets. They are stored in
/// the field `_private`, which libxml2 leaves to its users, as offset + 1, so that null means "none".
@safe
final class XMLDocument {
    let tree: xmlDocPtr

    private init(owning tree: xmlDocPtr) {
        unsafe self.tree = unsafe tree
    }

    deinit {
        unsafe xmlFreeDoc(tree)
    }

    /// Parses bytes that have passed ``EncodingCheck``; returns nil if they are not well-formed or were refused.
    ///
    /// Nothing is loaded: any document type that could declare an entity stops the parser, entities are not replaced,
    /// and external DTDs are not read. The last two are libxml2's behavior unless its options ask for more.
    static func parse(_ bytes: [UInt8], faults: inout FaultLog) -> XMLDocument? {
        // libxml2 takes the first bytes as a hint about the encoding. The byte order mark is not needed here.
        let start = bytes.hasByteOrderMark ? 3 : 0
        var observer = ParseObserver(document: bytes, start: start)
        let tree = unsafe withUnsafeMutablePointer(to: &observer) { observer in
            unsafe parse(bytes, from: start, telling: observer)
        }
        faults.append(observer.faults)
        guard let tree = unsafe tree else {
            if observer.faults.isEmpty {
                faults.add(.notWellFormed, at: 0, "The file could not be read as XML.")
            }
            return nil
        }
        // Whatever other faults there are, such as a processing instruction, the tree itself is complete.
        return unsafe XMLDocument(owning: tree)
    }

    /// The options for parsing documents.
    ///
    /// HUGE lifts libxml2's own limits. They refuse some ordinary pages of more than 10 MB, and the dangers behind them
    /// are bounded otherwise: the size and the encoding before the parse, the depth and the namespaces during it, and
    /// entities because there are none.
    static let options = Int32(
        XML_PARSE_NONET.rawValue | XML_PARSE_COMPACT.rawValue | XML_PARSE_IGNORE_ENC.rawValue
            | XML_PARSE_HUGE.rawValue)

    /// Returns the tree, owned by the caller; nil if the document is not well-formed or was refused.
    private static func parse(
        _ bytes: [UInt8], from start: Int, telling observer: UnsafeMutablePointer<ParseObserver>
    ) -> xmlDocPtr? {
        unsafe LibXML2.droppingStrayErrors {
            guard let parser = unsafe xmlNewParserCtxt() else { return nil }
            defer { unsafe xmlFreeParserCtxt(parser) }
            unsafe parser.pointee._private = UnsafeMutableRawPointer(observer)
            unsafe ParseObserver.install(in: parser)
            let tree = unsafe bytes[start...].withUnsafeBytes { bytes in
                unsafe xmlCtxtReadMemory(
                    parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil, nil,
                    options)
            }
            guard let tree = unsafe tree else { return nil }
            if unsafe observer.pointee.isRefused {
                unsafe xmlFreeDoc(tree)
                return nil
            }
            return unsafe tree
        }
    }
}

extension XMLDocument {
    /// Visits all elements, each before those inside it, without recursion, so the depth of the document does not
    /// matter.
    ///
    /// - Parameter nameWithText: the name of the elements whose text is needed.
    func forEachElement(withTextOf nameWithText: String = "", _ body: (XMLElement) -> Void) {
        var node = unsafe xmlDocGetRootElement(tree)
        var depth = 0
        while let current = unsafe node {
            if let element = unsafe XMLElement(copying: current, depth: depth, nameWithText) {
                body(element)
                if let child = unsafe current.pointee.children {
                    unsafe node = unsafe child
                    depth += 1
                    continue
                }
            }
            unsafe node = unsafe current
            while depth > 0, let finished = unsafe node, unsafe finished.pointee.next == nil {
                unsafe node = unsafe finished.pointee.parent
                depth -= 1
            }
            unsafe node = depth > 0 ? node?.pointee.next : nil
        }
    }
}

extension XMLElement {
    /// Copies an element; nil if the node is something else.
    fileprivate init?(copying node: xmlNodePtr, depth: Int, _ nameWithText: String) {
        guard unsafe node.pointee.type == XML_ELEMENT_NODE else { return nil }
        let name = unsafe String(copying: node.pointee.name) ?? ""
        self.init(
            name: name, namespace: unsafe String(copying: node.pointee.ns?.pointee.href) ?? "", attributes: [],
            text: nil, depth: depth, offset: unsafe node.startTagOffset ?? 0)
        var namespace = unsafe node.pointee.nsDef
        while let current = unsafe namespace {
            declaredNamespaces[unsafe String(copying: current.pointee.prefix) ?? ""] =
                unsafe String(copying: current.pointee.href) ?? ""
            unsafe namespace = unsafe current.pointee.next
        }
        if name == nameWithText, let content = unsafe xmlNodeGetContent(node) {
            defer { unsafe clibxml2_free(content) }
            text = unsafe String(copying: content)
        }
        var attribute = unsafe node.pointee.properties
        while let current = unsafe attribute {
            attributes.append(unsafe Attribute(copying: current))
            unsafe attribute = unsafe current.pointee.next
        }
    }
}

extension XMLElement.Attribute {
    fileprivate init(copying attribute: xmlAttrPtr) {
        name = unsafe Self.name(
            String(copying: attribute.pointee.name) ?? "", in: String(copying: attribute.pointee.ns?.pointee.href))
        value = unsafe attribute.value
    }

    /// - Parameter namespace: nil for none.
    static func name(_ local: String, in namespace: String?) -> String {
        switch namespace {
        case nil: local
        case "http://www.w3.org/XML/1998/namespace": "xml:\(local)"
        case "http://www.w3.org/1999/xlink": "xlink:\(local)"
        case let namespace?: "{\(namespace)}\(local)"
        }
    }
}

extension xmlAttrPtr {
    /// The value, which is usually one piece of text, but several if it has character references.
    var value: String {
        guard let text = unsafe pointee.children else { return "" }
        if unsafe text.pointee.type == XML_TEXT_NODE, unsafe text.pointee.next == nil {
            return unsafe String(copying: text.pointee.content) ?? ""
        }
        guard let joined = unsafe xmlNodeListGetString(pointee.doc, text, 1) else { return "" }
        defer { unsafe clibxml2_free(joined) }
        return unsafe String(copying: joined) ?? ""
    }
}

extension xmlNodePtr {
    /// The element itself, or the element that contains the attribute or text; nil if there is none.
    var enclosingElement: xmlNodePtr? {
        // All kinds of nodes begin with the same fields, up to and including `doc`.
        var node = unsafe Optional(self)
        while let current = unsafe node, unsafe current.pointee.type != XML_ELEMENT_NODE {
            unsafe node = unsafe current.pointee.parent
        }
        return unsafe node
    }

    /// The byte offset of the start tag; nil for nodes other than elements of a parsed document.
    var startTagOffset: Int? {
        get {
            unsafe pointee._private.map { Int(bitPattern: $0) - 1 }
        }
        nonmutating set {
            unsafe pointee._private = newValue.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0 + 1) }
        }
    }
}

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
    /// All text inside, if it was requested.
    var text: String?
    /// The number of elements that contain it.
    var depth: Int
    /// The byte offset of its start tag.
    var offset: Int
    /// Its namespace declarations by prefix, which is empty for the default namespace.
    var declaredNamespaces: [String: String] = [:]
}

/// Lines and columns of byte offsets, found in one pass over the document.
struct Positions {
    private var found: [Int: (line: Int, column: Int)] = [:]

    /// Lines end with LF, CR LF, or CR, as in XML. Columns count Unicode scalars.
    init(of offsets: [Int], in document: [UInt8]) {
        guard !offsets.isEmpty else { return }
        var line = 1
        var column = 1
        var index = 0
        for offset in offsets.sorted() {
            while index < min(offset, document.count) {
                let byte = document[index]
                index += 1
                if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && !document.hasLineFeed(at: index)) {
                    line += 1
                    column = 1
                } else if byte & 0xC0 != 0x80, !(index == 1 && document.hasByteOrderMark) {
                    column += 1
                }
            }
            found[offset] = (line, column)
        }
    }

    subscript(offset: Int) -> (line: Int, column: Int)? {
        found[offset]
    }
}

extension [UInt8] {
    var hasByteOrderMark: Bool { starts(with: [0xEF, 0xBB, 0xBF]) }

    fileprivate func hasLineFeed(at index: Int) -> Bool {
        index < count && self[index] == UInt8(ascii: "\n")
    }
}
