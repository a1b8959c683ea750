private import CLibXML2

/// Receives the elements of an XML document as they stream by.
///
/// An error that one of its functions throws ends the parse and is rethrown by the call that fed the stream.
package protocol XMLStreamHandler: AnyObject {
    /// An element begins; it is valid until the function returns.
    func begin(_ element: borrowing XMLStreamElement) throws
    /// The innermost open element ends.
    func end() throws
    /// A piece of text in the current element; the text between two tags may come in several pieces.
    func text(_ bytes: Span<UInt8>) throws
}

/// Parses an XML document that comes in pieces and keeps none of it, such as the parts of a workbook.
///
/// This is libxml2's push parser, so memory does not grow with a text, as it would with a reader that hands out nodes.
/// A document type is refused, so there are no entities to expand and nothing to load; libxml2's own limits on depth,
/// names and attributes apply. Only one thread at a time may use it.
@safe
package final class XMLStream {
    private let parser: xmlParserCtxtPtr
    private let events: XMLStreamEvents

    package init(_ handler: any XMLStreamHandler) throws(XMLStreamFault) {
        events = XMLStreamEvents(handler)
        var callbacks = unsafe xmlSAXHandler()
        unsafe callbacks.initialized = 0xDEED_BEAF
        unsafe callbacks.internalSubset = { context, _, _, _ in unsafe streamEvents(context)?.refuseDocumentType() }
        unsafe callbacks.startElementNs = { context, name, _, namespace, _, _, count, _, attributes in
            guard let name = unsafe name else { return }
            let element = unsafe XMLStreamElement(name, namespace, attributes, count: Int(count))
            unsafe streamEvents(context)?.begin(element)
        }
        unsafe callbacks.endElementNs = { context, _, _, _ in unsafe streamEvents(context)?.end() }
        unsafe callbacks.characters = xmlStreamText
        unsafe callbacks.ignorableWhitespace = xmlStreamText
        unsafe callbacks.cdataBlock = xmlStreamText
        unsafe callbacks.serror = { context, error in
            guard let error = unsafe error else { return }
            unsafe streamEvents(context)?.fail(error.pointee)
        }
        // The events live as long as this object, which frees the parser first.
        let context = unsafe Unmanaged.passUnretained(events).toOpaque()
        let created = unsafe LibXML2.droppingStrayErrors {
            unsafe xmlCreatePushParserCtxt(&callbacks, context, nil, 0, nil)
        }
        guard let created = unsafe created else { throw XMLStreamFault(line: 0, message: "out of memory") }
        unsafe parser = created
        unsafe xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_BIG_LINES.rawValue))
        unsafe events.parser = created
    }

    deinit {
        unsafe xmlFreeParserCtxt(parser)
    }

    /// Parses the next bytes.
    package func read(_ bytes: Span<UInt8>) throws {
        unsafe bytes.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            _ = LibXML2.droppingStrayErrors { unsafe xmlParseChunk(parser, start, Int32(bytes.count), 0) }
        }
        try events.check()
    }

    /// Ends the document, which must be complete.
    package func finish() throws {
        _ = LibXML2.droppingStrayErrors { unsafe xmlParseChunk(parser, nil, 0, 1) }
        try events.check()
        guard unsafe parser.pointee.wellFormed != 0 else {
            throw XMLStreamFault(line: Int(unsafe parser.pointee.input?.pointee.line ?? 0), message: "it breaks off")
        }
    }
}

/// Why a document cannot be parsed further.
package struct XMLStreamFault: Error, Sendable, Equatable {
    /// From 1 on; 0 if it is unknown.
    package var line: Int
    /// A short description of the fault, partly in the library's words.
    package var message: String

    package init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

/// The start of an element.
@safe
package struct XMLStreamElement: ~Copyable {
    private let nameStart: UnsafePointer<xmlChar>
    private let namespaceStart: UnsafePointer<xmlChar>?
    private let attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    private let count: Int

    fileprivate init(
        _ name: UnsafePointer<xmlChar>, _ namespace: UnsafePointer<xmlChar>?,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int
    ) {
        unsafe nameStart = name
        unsafe namespaceStart = namespace
        unsafe self.attributes = attributes
        self.count = count
    }

    /// The name without a prefix.
    package var name: String { unsafe String(cString: nameStart) }
    /// Empty for none.
    package var namespace: String { unsafe namespaceStart.map { unsafe String(cString: $0) } ?? "" }

    /// Returns whether this is its name without a prefix.
    package func isNamed(_ name: StaticString) -> Bool { unsafe nameStart.isSame(name) }

    /// Returns whether its namespace begins with `prefix`.
    package func hasNamespace(prefix: StaticString) -> Bool {
        guard let namespace = unsafe namespaceStart else { return false }
        return (0..<prefix.utf8CodeUnitCount).allSatisfy { unsafe namespace[$0] == prefix.utf8Start[$0] }
    }

    /// Calls `body` with the value of an attribute; returns nil if the element has no such attribute.
    ///
    /// - Parameter isQualified: whether the name has a prefix in the document, whatever it is.
    package func withValue<Result>(
        of name: StaticString, isQualified: Bool = false, _ body: (Span<UInt8>) throws -> Result
    ) rethrows -> Result? {
        guard let attributes = unsafe attributes else { return nil }
        for index in 0..<count {
            // Five pointers each: name, prefix, namespace, the value's first byte and the byte after its last.
            let at = index * 5
            guard let found = unsafe attributes[at], unsafe found.isSame(name),
                unsafe (attributes[at + 1] != nil) == isQualified,
                let start = unsafe attributes[at + 3], let end = unsafe attributes[at + 4]
            else { continue }
            let value = unsafe UnsafeBufferPointer(start: start, count: end - start)
            guard unsafe value.contains(UInt8(ascii: "&")) else { return try unsafe body(value.span) }
            let decoded = unsafe Self.withAmpersands(value)
            return try body(decoded.span)
        }
        return nil
    }

    /// Unless libxml2 replaces entities, it leaves each & of a value as a reference to that character.
    private static func withAmpersands(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < value.count {
            unsafe result.append(value[index])
            index += unsafe value[index...].starts(with: "&#38;".utf8) ? 5 : 1
        }
        return result
    }

    /// Returns a copy of the value of an attribute.
    package func value(of name: StaticString, isQualified: Bool = false) -> String? {
        withValue(of: name, isQualified: isQualified) { value in
            unsafe value.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }
}

extension UnsafePointer<xmlChar> {
    /// Returns whether this zero-terminated text equals `name`.
    fileprivate func isSame(_ name: StaticString) -> Bool {
        for index in 0..<name.utf8CodeUnitCount {
            // The zero differs from any byte of a name, so nothing after it is read.
            guard unsafe self[index] == name.utf8Start[index] else { return false }
        }
        return unsafe self[name.utf8CodeUnitCount] == 0
    }
}

/// Receives libxml2's events.
@safe
private final class XMLStreamEvents {
    private let handler: any XMLStreamHandler
    private var failure: (any Error)?
    /// Set once the parser is created.
    var parser: xmlParserCtxtPtr?

    init(_ handler: any XMLStreamHandler) {
        self.handler = handler
    }

    func check() throws {
        if let failure { throw failure }
    }

    func begin(_ element: borrowing XMLStreamElement) {
        guard failure == nil else { return }
        do { try handler.begin(element) } catch { stop(error) }
    }

    func end() {
        guard failure == nil else { return }
        do { try handler.end() } catch { stop(error) }
    }

    func text(_ bytes: Span<UInt8>) {
        guard failure == nil else { return }
        do { try handler.text(bytes) } catch { stop(error) }
    }

    func refuseDocumentType() {
        guard failure == nil else { return }
        stop(XMLStreamFault(line: line, message: "it has a document type"))
    }

    func fail(_ error: xmlError) {
        guard failure == nil, unsafe error.level.rawValue >= XML_ERR_ERROR.rawValue else { return }
        let words = unsafe String(copying: error.message) ?? ""
        stop(XMLStreamFault(line: line, message: words.isEmpty ? "it is not well-formed" : String(words.prefix(200))))
    }

    private var line: Int { Int(unsafe parser?.pointee.input?.pointee.line ?? 0) }

    /// Ends the parse as soon as possible. xmlStopParser would free the input to which the parser's functions still
    /// point when they report an error.
    private func stop(_ error: any Error) {
        failure = error
        unsafe parser?.pointee.disableSAX = 1
        unsafe parser?.pointee.instate = XML_PARSER_EOF
    }
}

private func streamEvents(_ context: UnsafeMutableRawPointer?) -> XMLStreamEvents? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<XMLStreamEvents>.fromOpaque(context).takeUnretainedValue()
}

private func xmlStreamText(_ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<xmlChar>?, _ count: CInt) {
    let bytes = unsafe UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count))
    unsafe streamEvents(context)?.text(bytes.span)
}
