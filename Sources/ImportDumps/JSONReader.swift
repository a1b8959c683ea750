package import ImportFoundation

/// Reads JSON (RFC 8259) token by token, strictly and in constant memory, for documents other than dumps.
///
///     try json.beginObject()
///     while try json.nextMember() {
///         switch json.key { case "name": name = try json.string(); default: try json.skip() }
///     }
///     try json.end()
package struct JSONReader: ~Copyable {
    private var scanner: JSONScanner
    /// For each open array and object, whether its first element is still to come.
    private var isAtFirst: [Bool] = []
    /// The key of the member that ``nextMember()`` moved to. It is hostile text like any other.
    package private(set) var key = ""

    /// - Parameter windowBytes: the size of the window over the input, at least 1.
    package init(_ source: any ByteSource, windowBytes: Int = DumpLimits.windowBytes) {
        scanner = JSONScanner(
            window: ByteWindow(source: source, capacity: windowBytes, hashing: false, kernel: .best, readsAhead: false))
    }

    /// The kind of a value.
    package enum Kind: Sendable, Equatable {
        case object, array, string, number, boolean, null
    }

    /// The place of the next byte to read.
    package var place: Place { scanner.window.place(ofOffset: scanner.window.offset) }

    /// Returns the kind of the next value.
    package mutating func kind() throws(DumpFault) -> Kind {
        do throws(ScanFault) {
            let byte = try scanner.skipSpace()
            switch byte {
            case UInt8(ascii: "{"): return .object
            case UInt8(ascii: "["): return .array
            case UInt8(ascii: "\""): return .string
            case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
            case UInt8(ascii: "n"): return .null
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
            default: throw scanner.unexpected(byte, expected: .value)
            }
        } catch {
            throw located(error)
        }
    }

    /// Reads the opening brace of an object, which must be there: check ``kind()`` first.
    package mutating func beginObject() throws(DumpFault) { try open(UInt8(ascii: "{")) }

    /// Reads the opening bracket of an array, which must be there: check ``kind()`` first.
    package mutating func beginArray() throws(DumpFault) { try open(UInt8(ascii: "[")) }

    /// Moves to the next member of the innermost object. Returns false after the last one, which ends the object.
    package mutating func nextMember() throws(DumpFault) -> Bool {
        do throws(ScanFault) {
            var isFirst = isAtFirst.popLast() ?? true
            scanner.forgetTexts()
            guard try scanner.nextMember(first: &isFirst) else { return false }
            isAtFirst.append(isFirst)
            key = scanner.string(of: .key) ?? ""
            scanner.forgetTexts()
            return true
        } catch {
            throw located(error)
        }
    }

    /// Moves to the next element of the innermost array. Returns false after the last one, which ends the array.
    package mutating func nextElement() throws(DumpFault) -> Bool {
        do throws(ScanFault) {
            var isFirst = isAtFirst.popLast() ?? true
            guard try scanner.nextElement(first: &isFirst) else { return false }
            isAtFirst.append(isFirst)
            return true
        } catch {
            throw located(error)
        }
    }

    /// Reads a string, which must be there; nil if it is longer than ``DumpLimits/textBytes``.
    package mutating func string() throws(DumpFault) -> String? {
        do throws(ScanFault) {
            try expect(UInt8(ascii: "\""))
            scanner.forgetTexts()
            try scanner.readString(into: .message)
            defer { scanner.forgetTexts() }
            return scanner.kept[JSONScanner.Slot.message.rawValue].isCut ? nil : scanner.string(of: .message)
        } catch {
            throw located(error)
        }
    }

    /// Reads a number, which must be there; nil if it is not a whole number from 0 to 2^63 − 1.
    package mutating func count() throws(DumpFault) -> Int? {
        do throws(ScanFault) {
            let value = try scanner.readNumber().value
            // A number at the end of the text may be cut off.
            if !isAtFirst.isEmpty { _ = try scanner.peek() }
            return value
        } catch {
            throw located(error)
        }
    }

    /// Reads `true` or `false`, which must be there.
    package mutating func flag() throws(DumpFault) -> Bool {
        do throws(ScanFault) {
            let isTrue = try scanner.peek() == UInt8(ascii: "t")
            try scanner.readLiteral(isTrue ? "true" : "false")
            return isTrue
        } catch {
            throw located(error)
        }
    }

    /// Reads a value of any type as text: a string unchanged, anything else as JSON without white space. If it is
    /// longer than ``DumpLimits/textBytes``, it is cut there and an ellipsis is appended; a string becomes just the
    /// ellipsis.
    package mutating func text() throws(DumpFault) -> String {
        if try kind() == .string { return try string() ?? "…" }
        do throws(ScanFault) {
            scanner.forgetTexts()
            var text = JSONText()
            _ = try scanner.readValue(level: isAtFirst.count, into: &text)
            scanner.forgetTexts()
            return String(decoding: text.bytes, as: UTF8.self) + (text.isCut ? "…" : "")
        } catch {
            throw located(error)
        }
    }

    /// Reads a value of any type and drops it, checking all of it.
    package mutating func skip() throws(DumpFault) {
        do throws(ScanFault) {
            _ = try scanner.skipSpace()
            try scanner.skipValue(level: isAtFirst.count)
        } catch {
            throw located(error)
        }
    }

    /// Reads the rest of the input, which must be white space.
    package mutating func end() throws(DumpFault) {
        if let byte = scanner.skipSpaceOrEnd() {
            throw located(ScanFault(reason: .textAfterEnd(byte), offset: scanner.window.offset))
        }
        if scanner.window.failure != nil { throw located(scanner.endFault()) }
    }

    /// Whether anything but white space follows a document that was read completely.
    package mutating func hasMore() throws(DumpFault) -> Bool {
        if scanner.skipSpaceOrEnd() != nil { return true }
        try end()
        return false
    }

    private mutating func open(_ byte: UInt8) throws(DumpFault) {
        do throws(ScanFault) {
            _ = try scanner.skipSpace()
            try expect(byte)
            guard isAtFirst.count < DumpLimits.nestingLevels else {
                throw ScanFault(reason: .nestedTooDeep, offset: scanner.window.offset)
            }
            isAtFirst.append(true)
        } catch {
            throw located(error)
        }
    }

    private mutating func expect(_ byte: UInt8) throws(ScanFault) {
        let found = try scanner.peek()
        guard found == byte else { throw scanner.unexpected(found, expected: .value) }
        scanner.window.position += 1
    }

    private func located(_ fault: ScanFault) -> DumpFault {
        DumpFault(reason: fault.reason, place: scanner.window.place(ofOffset: fault.offset), rowsKept: 0)
    }
}
