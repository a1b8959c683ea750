extension String {
    /// At most 80 characters, for messages: "…" stands for more, and "?" for what does not show or changes what does,
    /// such as control characters and marks of writing direction.
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
