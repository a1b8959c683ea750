/// A problem before its line is known. Lines are determined once, at the end, and only for the problems that are kept.
struct Fault {
    enum Place {
        case offset(Int)
        case line(Int)
    }

    var place: Place
    var code: XHTMLProblem.Code
    var message: String

    /// The byte offset of an earlier place in the document that it conflicts with.
    var earlier: Int? = nil
}

/// The faults of one pass. Their number is limited, so that a hostile file cannot produce a gigabyte of messages.
struct FaultLog {
    static let limit = 100

    private(set) var kept: [Fault] = []
    private(set) var dropped = 0

    var isEmpty: Bool { kept.isEmpty }

    /// Adds a fault. If the log is full, its message is not even created.
    mutating func add(_ fault: @autoclosure () -> Fault) {
        if kept.count < Self.limit {
            kept.append(fault())
        } else {
            dropped += 1
        }
    }

    mutating func add(_ code: XHTMLProblem.Code, at offset: Int, _ message: @autoclosure () -> String) {
        add(Fault(place: .offset(offset), code: code, message: message()))
    }

    mutating func append(_ other: FaultLog) {
        kept += other.kept
        dropped += other.dropped
    }
}

extension FaultLog {
    /// Returns the problems up to the limit, sorted by position, and then one that says how many more there are.
    func problems(in document: [UInt8]) -> [XHTMLProblem] {
        let positions = Positions(of: kept.flatMap { $0.offsets }, in: document)
        var problems = kept.map { fault in
            var message = fault.message
            if let earlier = fault.earlier, let line = positions[earlier]?.line {
                message += " (See line \(line).)"
            }
            let (line, column): (Int, Int?) =
                switch fault.place {
                case .line(let line): (line, nil)
                case .offset(let offset): (positions[offset]?.line ?? 1, positions[offset]?.column)
                }
            return XHTMLProblem(line: line, column: column, code: fault.code, message: message)
        }
        problems.sort {
            ($0.line, $0.column ?? 0, $0.code.rawValue, $0.message)
                < ($1.line, $1.column ?? 0, $1.code.rawValue, $1.message)
        }
        let more = dropped + max(0, problems.count - Self.limit)
        if more > 0 {
            problems.removeLast(max(0, problems.count - Self.limit))
            let message = "… and \(more) more \(more == 1 ? "problem" : "problems")."
            problems.append(XHTMLProblem(line: problems.last?.line ?? 1, code: .more, message: message))
        }
        return problems
    }
}

extension Fault {
    fileprivate var offsets: [Int] {
        var offsets = earlier.map { [$0] } ?? []
        if case .offset(let offset) = place {
            offsets.append(offset)
        }
        return offsets
    }
}

extension String {
    /// The text for messages, at most 80 characters: "…" stands for the rest, and "?" for characters that are invisible
    /// or change what is visible, such as control characters and marks of writing direction.
    var shortened: String {
        let limit = 80
        // Scalars, not characters: a single character can have a million of them.
        let visible = unicodeScalars.prefix(limit).map { scalar -> String in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
            default: String(scalar)
            }
        }
        return visible.joined() + (unicodeScalars.dropFirst(limit).isEmpty ? "" : "…")
    }
}
