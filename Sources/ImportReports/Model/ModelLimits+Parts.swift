/// Parts of a page that are left out where there is no room for them, under the names that templates know them by.
extension ModelLimits {
    static let reportParts: [String: Parts] = [
        "rows": .rows, "rules": .rules, "arithmetic": .arithmetic, "findings": .findings,
        "finding_list": .findingList, "failures": .failures, "places": .places, "code_list": .codeList,
        "messages": .messages, "values": .values, "job": .job, "provenance": .provenance, "files": .files,
    ]

    static let overviewParts: [String: Parts] = [
        "rows": .rows, "rules": .rules, "jobs": .findings, "job_list": .jobList, "statuses": .statuses,
        "timeline": .timeLine,
        "failures": .failures, "code_list": .codeList, "inputs": .inputs, "provenance": .provenance, "files": .files,
    ]
}

extension ModelObject {
    /// Says of each part whether there is room for it.
    init(flags names: [String: ModelLimits.Parts], of limits: ModelLimits) {
        self.init(names.mapValues { .flag(limits.parts.contains($0)) })
    }
}

extension ModelShape {
    static func flags(_ names: [String: ModelLimits.Parts]) -> ModelShape { .section(names.mapValues { _ in .flag }) }
}
