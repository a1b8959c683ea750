/// Everything that reads bytes from outside, each with conditions that must be true for any bytes.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// The strict reader of one dump, through any window.
    case dump
    /// The kernels for rows and for plain jobs, compared with the strict reader.
    case kernels
    /// Inputs with several dumps: encodings, logs and other wrappers.
    case wrappers
    /// Compressed files and archives around dumps.
    case containers
    /// Files that were sent: CSV and JSON.
    case source
    /// Workbooks that were sent.
    case workbook
    /// Files with codes, rules, redaction rules and the settings of a project.
    case yaml
    /// `summary.json`.
    case summary
    /// `manifest.jsonl`.
    case manifest
    /// The zip of an audit.
    case pack
    /// Pages, as `validate` checks them.
    case page
    /// Patterns of messages.
    case messages
    /// Values that are replaced by pseudonyms.
    case redaction
    /// Custom templates.
    case templates
    /// Histories.
    case history

    /// Tries an input.
    ///
    /// - Throws: a ``Violation`` if a condition is false.
    public func run(_ bytes: [UInt8]) throws {
        switch self {
        case .dump: try DumpTargets.strict(bytes)
        case .kernels: try DumpTargets.kernels(bytes)
        case .wrappers: try DumpTargets.wrappers(bytes)
        case .containers: try ContainerTargets.containers(bytes)
        case .source: try SourceTargets.source(bytes)
        case .workbook: try SourceTargets.workbook(bytes)
        case .yaml: try SettingsTargets.yaml(bytes)
        case .summary: try AuditTargets.summary(bytes)
        case .manifest: try AuditTargets.manifest(bytes)
        case .pack: try AuditTargets.pack(bytes)
        case .history: try AuditTargets.history(bytes)
        case .page: try PageTargets.page(bytes)
        case .templates: try PageTargets.templates(bytes)
        case .messages: try TextTargets.messages(bytes)
        case .redaction: try TextTargets.redaction(bytes)
        }
    }
}

/// A condition that must be true and is not.
public struct Violation: Error, CustomStringConvertible {
    public let description: String
}

/// - Throws: a ``Violation`` with these words if `condition` is false.
func require(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    if !condition { throw Violation(description: words()) }
}

extension [UInt8] {
    init(copying bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { Array($0) }
    }
}
