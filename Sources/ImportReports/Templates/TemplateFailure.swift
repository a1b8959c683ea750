/// A template that cannot be used, and why.
public struct TemplateFailure: Error, Sendable, Equatable {
    /// The template's file name.
    public var file: String
    /// 1-based; nil if it is about the whole file.
    public var line: Int?
    /// What is wrong and what to do, as a sentence for people.
    public var message: String

    public init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }
}
