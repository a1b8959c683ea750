/// Changes pages in one place, in all the ways in which a page may be wrong.
package struct PageMutator {
    private var generator: SplitMix64
    /// The pages as tags and the text between them.
    private let pages: [[String]]
    private let names: [String]
    private let attributes: [String]
    private let values: [String]

    /// - Parameter pages: well-formed pages. Parts of one may be inserted into another.
    package init(_ pages: [[UInt8]], seed: UInt64) {
        generator = SplitMix64(seed: seed)
        self.pages = pages.map { Self.tokens(of: String(decoding: $0, as: UTF8.self)) }
        let tags = Set(self.pages.joined().filter { $0.hasPrefix("<") })
        names = Set(tags.compactMap { Self.name(of: $0) }).sorted() + ["script", "li", "a", "style"]
        let found = tags.flatMap { Self.attributes(of: $0) }
        attributes = Set(found.map { $0.name }).sorted() + ["onclick", "class", "id", "href", "value", "xml:lang"]
        values =
            Set(found.map { $0.value }).sorted() + [
                "", " ", "x", "-1", "7.5%", "#nowhere", "javascript:alert(1)", "http://example.com/", "a b", "&amp;",
                "&#9;",
                "url(#nowhere)", "url(x.png)",
            ]
    }

    /// Returns one of the pages, changed in one place.
    package mutating func next() -> [UInt8] {
        var page = pick(pages) ?? []
        switch Int.random(in: 0..<16, using: &generator) {
        case 0: changeCharacter(&page)
        case 1: changeTag(&page) { tag, mutator in tag = mutator.withoutAttribute(tag) }
        case 2, 3, 4: changeTag(&page) { tag, mutator in tag = mutator.withOtherValue(tag) }
        case 5, 6: changeTag(&page) { tag, mutator in tag = mutator.withOneMoreAttribute(tag) }
        case 7: rename(&page)
        case 8: if let element = element(in: page) { page.removeSubrange(element) }
        case 9: if let element = element(in: page) { page.insert(contentsOf: page[element], at: element.upperBound) }
        case 10, 11: move(&page)
        case 12: insertElement(&page)
        case 13:
            let pieces = [
                "<!-- c -->", "<?x y?>", "<![CDATA[x]]>", "text", " ", "&amp;", "&nbsp;", "<br/>", "<p xmlns=''/>",
                "<!DOCTYPE html>", "\u{0}", "<x:b/>", "&#65;", "<b xmlns:x='y'/>",
            ]
            page.insert(pick(pieces) ?? "", at: Int.random(in: 0...page.count, using: &generator))
        case 14: wrap(&page)
        default: swapNeighbours(&page)
        }
        return Array(page.joined().utf8)
    }

    // MARK: Changes

    private mutating func changeCharacter(_ page: inout [String]) {
        var bytes = Array(page.joined().utf8)
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = UInt8.random(in: 0x20..<0x7F, using: &generator)
        default: bytes.insert(pick(Array("<>&\"'/= #a1".utf8)) ?? 0, at: place)
        }
        page = [String(decoding: bytes, as: UTF8.self)]
    }

    private mutating func changeTag(_ page: inout [String], _ change: (inout String, inout PageMutator) -> Void) {
        guard let place = pick(page.indices.filter { Self.name(of: page[$0]) != nil }) else { return }
        change(&page[place], &self)
    }

    private mutating func withoutAttribute(_ tag: String) -> String {
        guard let attribute = pick(Self.attributes(of: tag)) else { return tag }
        return tag.replacing(" \(attribute.name)=\"\(attribute.value)\"", with: "", maxReplacements: 1)
    }

    private mutating func withOtherValue(_ tag: String) -> String {
        guard let attribute = pick(Self.attributes(of: tag)) else { return withOneMoreAttribute(tag) }
        return tag.replacing(
            "\(attribute.name)=\"\(attribute.value)\"", with: "\(attribute.name)=\"\(pick(values) ?? "")\"",
            maxReplacements: 1)
    }

    private mutating func withOneMoreAttribute(_ tag: String) -> String {
        let end = tag.hasSuffix("/>") ? "/>" : ">"
        return "\(tag.dropLast(end.count)) \(pick(attributes) ?? "")=\"\(pick(values) ?? "")\"\(end)"
    }

    private mutating func rename(_ page: inout [String]) {
        guard let element = element(in: page), let name = Self.name(of: page[element.lowerBound]) else { return }
        let other = pick(names) ?? ""
        let last = element.upperBound - 1
        if let old = page[element.lowerBound].firstRange(of: name) {
            page[element.lowerBound].replaceSubrange(old, with: other)
        }
        if last > element.lowerBound { page[last] = "</\(other)>" }
    }

    private mutating func move(_ page: inout [String]) {
        guard let element = element(in: page) else { return }
        let moved = Array(page[element])
        page.removeSubrange(element)
        page.insert(contentsOf: moved, at: Int.random(in: 0...page.count, using: &generator))
    }

    /// Copies an element of any page into this one: before an element, or instead of it.
    private mutating func insertElement(_ page: inout [String]) {
        guard let other = pick(pages), let element = element(in: other), let place = self.element(in: page) else {
            return
        }
        page.replaceSubrange(
            Bool.random(using: &generator) ? place : place.lowerBound..<place.lowerBound, with: other[element])
    }

    private mutating func wrap(_ page: inout [String]) {
        guard let element = element(in: page) else { return }
        let name = pick(names) ?? ""
        page.insert("</\(name)>", at: element.upperBound)
        page.insert(Bool.random(using: &generator) ? "<\(name)>" : "<\(name) href=\"#\">", at: element.lowerBound)
    }

    private mutating func swapNeighbours(_ page: inout [String]) {
        guard let first = element(in: page) else { return }
        let rest = page[first.upperBound...]
        guard let start = rest.firstIndex(where: { Self.name(of: $0) != nil }),
            let second = Self.element(from: start, in: page)
        else { return }
        let swapped = Array(page[second]) + Array(page[first.upperBound..<second.lowerBound]) + Array(page[first])
        page.replaceSubrange(first.lowerBound..<second.upperBound, with: swapped)
    }

    // MARK: Parts

    private mutating func pick<Value>(_ values: [Value]) -> Value? { values.randomElement(using: &generator) }

    /// Returns an element with everything in it, but never the root.
    private mutating func element(in page: [String]) -> Range<Int>? {
        let starts = page.indices.filter { Self.name(of: page[$0]) != nil }.dropFirst()
        return pick(Array(starts)).flatMap { Self.element(from: $0, in: page) }
    }

    private static func element(from start: Int, in page: [String]) -> Range<Int>? {
        var depth = 0
        for index in start..<page.count {
            if name(of: page[index]) != nil, !page[index].hasSuffix("/>") { depth += 1 }
            if page[index].hasPrefix("</") { depth -= 1 }
            if depth == 0 { return start..<index + 1 }
        }
        return nil
    }

    /// Returns the tags, the comments and the text between them. The pages have no `>` in attributes.
    private static func tokens(of page: String) -> [String] {
        var tokens: [String] = []
        for piece in page.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
            guard let end = piece.firstIndex(of: ">") else { continue }
            tokens.append("<\(piece[...end])")
            let text = piece[piece.index(after: end)...]
            if !text.isEmpty { tokens.append(String(text)) }
        }
        return tokens
    }

    /// Returns the name in a start tag, or nil for anything else.
    private static func name(of token: String) -> String? {
        guard token.hasPrefix("<"), let first = token.dropFirst().first, first.isLetter else { return nil }
        return String(token.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == ":" || $0 == "-" })
    }

    private static func attributes(of tag: String) -> [(name: String, value: String)] {
        guard name(of: tag) != nil else { return [] }
        return tag.matches(of: /\s([\w:\-]+)="([^"]*)"/).map { (String($0.1), String($0.2)) }
    }
}
