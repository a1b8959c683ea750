import Synchronization

/// Keeps the latest style sheet that was read: the pages of an audit have the same one, which need not be read anew for
/// each.
final class StyleSheetMemory: Sendable {
    private let latest = Mutex<(text: String, style: StyleSheet)?>(nil)

    func read(_ text: String) -> StyleSheet {
        if let (known, style) = latest.withLock({ $0 }), known == text { return style }
        let style = StyleSheet(text)
        latest.withLock { $0 = (text, style) }
        return style
    }
}
