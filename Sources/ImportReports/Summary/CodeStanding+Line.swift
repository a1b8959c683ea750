import ImportAnalysis

extension CodeStanding {
    /// What stands behind a code in a text for a terminal: how it stands, what it means, who sees to it and how.
    var line: String {
        guard let entry else { return "  [\(label)]" }
        var parts: [String] = []
        if let title = entry.title { parts.append(shownText(title)) }
        if let action = entry.action { parts.append(action.rawValue) }
        if let owner = entry.owner { parts.append(shownText(owner)) }
        return "  [\(label)\(parts.isEmpty ? "" : ": ")\(parts.joined(separator: "; "))]"
    }
}
