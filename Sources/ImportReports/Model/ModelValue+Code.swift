extension ModelValue {
    /// The code of an error, of any length; nothing for none.
    static func code(_ code: String?, _ limits: ModelLimits) -> ModelValue {
        guard let code else { return .nothing }
        return .object(["text": .text(limits.name(code)), "blank": .flag(isBlank(code))])
    }

    /// Whether a reader would see nothing of it: it is of white space, marks of no width and the like.
    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
                || $0.properties.generalCategory == .format
        }
    }
}

extension ReportModel {
    static let codeShape = ModelShape.section(["text": .text, "blank": .flag])
}
