/// The reader's notes about fields: wrong types, repeated keys, names that the API does not define.
///
/// Its size is bounded, whatever the dump contains. Notes of two parts can be added up (``merge(_:)``).
package struct FieldNotes: Sendable, Equatable {
    // Empty until something is noted, which does not happen in most dumps.
    private var wrongTypeCounts: [Int] = []
    private var duplicateCounts: [Int] = []
    private var unknownFields: [UnknownField] = []
    /// Occurrences of unknown fields beyond the ``DumpLimits/unknownNames`` names that are counted separately.
    package private(set) var otherUnknownCount = 0
    /// The number of texts of the job itself that were longer than ``DumpLimits/textBytes`` and were cut there.
    package private(set) var textsCut = 0

    package init() {}

    struct UnknownField: Sendable, Equatable {
        var level: ObjectLevel
        var name: [UInt8]
        var count: Int
    }

    mutating func noteWrongType(_ found: FoundType, in field: KnownField) {
        if wrongTypeCounts.isEmpty {
            wrongTypeCounts = [Int](repeating: 0, count: KnownField.allCases.count * FoundType.allCases.count)
        }
        wrongTypeCounts[field.rawValue * FoundType.allCases.count + found.rawValue] += 1
    }

    mutating func noteDuplicate(_ field: KnownField) {
        if duplicateCounts.isEmpty { duplicateCounts = [Int](repeating: 0, count: KnownField.allCases.count) }
        duplicateCounts[field.rawValue] += 1
    }

    package mutating func noteTextCut() {
        textsCut += 1
    }

    /// Replaces the names of unknown fields. Distinct names must stay distinct.
    package mutating func renameUnknownFields(_ name: ([UInt8], ObjectLevel) -> [UInt8]) {
        for index in unknownFields.indices {
            unknownFields[index].name = name(unknownFields[index].name, unknownFields[index].level)
        }
    }

    /// Whether an unknown field has this name.
    func hasUnknown(_ name: String, at level: ObjectLevel) -> Bool {
        unknownFields.contains { $0.level == level && $0.name.elementsEqual(name.utf8) }
    }

    /// Whether `summary` has members other than counts.
    var hasOtherSummary: Bool {
        if unknownFields.contains(where: { $0.level == .summary }) { return true }
        let fields = [KnownField.summaryTotal, .summarySucceeded, .summaryFailed]
        return wrongTypes.contains { fields.contains($0.field) }
    }

    /// - Parameter name: the field's name, cut to ``DumpLimits/unknownNameBytes``.
    mutating func noteUnknown(_ name: Span<UInt8>, at level: ObjectLevel) {
        for index in unknownFields.indices where unknownFields[index].level == level {
            if unknownFields[index].name.elementsEqual(name) {
                unknownFields[index].count += 1
                return
            }
        }
        guard unknownFields.count < DumpLimits.unknownNames else {
            otherUnknownCount += 1
            return
        }
        var bytes: [UInt8] = []
        for index in name.indices { bytes.append(name[index]) }
        unknownFields.append(UnknownField(level: level, name: bytes, count: 1))
    }

    /// Adds the notes of another part.
    mutating func merge(_ other: FieldNotes) {
        Self.add(other.wrongTypeCounts, to: &wrongTypeCounts)
        Self.add(other.duplicateCounts, to: &duplicateCounts)
        for field in other.unknownFields {
            if let index = unknownFields.firstIndex(where: { $0.level == field.level && $0.name == field.name }) {
                unknownFields[index].count += field.count
            } else if unknownFields.count < DumpLimits.unknownNames {
                unknownFields.append(field)
            } else {
                otherUnknownCount += field.count
            }
        }
        otherUnknownCount += other.otherUnknownCount
        textsCut += other.textsCut
    }

    /// Drops the note that `summary` is not a field of an import.
    mutating func forgetUnknownSummary() {
        unknownFields.removeAll { $0.level == .job && $0.name == Array("summary".utf8) }
    }

    /// Drops the notes about fields of bulk jobs.
    mutating func forgetBulkFields() {
        let types = FoundType.allCases.count
        for field in KnownField.allCases where field.isOfBulkJobs {
            for index in 0..<types where !wrongTypeCounts.isEmpty {
                wrongTypeCounts[field.rawValue * types + index] = 0
            }
            if !duplicateCounts.isEmpty { duplicateCounts[field.rawValue] = 0 }
        }
        unknownFields.removeAll { $0.level == .summary }
    }

    private static func add(_ counts: [Int], to sums: inout [Int]) {
        guard !sums.isEmpty else {
            sums = counts
            return
        }
        for index in counts.indices { sums[index] += counts[index] }
    }
}

extension FieldNotes {
    /// Fields of another JSON type than the API defines, and how often they occurred, in the order of ``KnownField``.
    package var wrongTypes: [(field: KnownField, found: FoundType, count: Int)] {
        guard !wrongTypeCounts.isEmpty else { return [] }
        return KnownField.allCases.flatMap { field in
            FoundType.allCases.compactMap { found in
                let count = wrongTypeCounts[field.rawValue * FoundType.allCases.count + found.rawValue]
                return count == 0 ? nil : (field, found, count)
            }
        }
    }

    /// Known fields that are repeated in their object, and the number of surplus occurrences.
    package var duplicates: [(field: KnownField, count: Int)] {
        guard !duplicateCounts.isEmpty else { return [] }
        return KnownField.allCases.compactMap { field in
            duplicateCounts[field.rawValue] == 0 ? nil : (field, duplicateCounts[field.rawValue])
        }
    }

    /// Paths of fields that the API does not define, in order of first occurrence, and how often they occurred.
    ///
    /// The names come from the dump: hostile text until escaped.
    package var unknown: [(path: String, count: Int)] {
        unknownFields.map { ($0.level.pathPrefix + String(decoding: $0.name, as: UTF8.self), $0.count) }
    }
}

extension [UInt8] {
    fileprivate func elementsEqual(_ span: Span<UInt8>) -> Bool {
        guard count == span.count else { return false }
        for index in indices where self[index] != span[index] { return false }
        return true
    }
}
