import ImportSources
import XHTMLValidation

/// The number formats of cells: the only part of a workbook's styles that is used.
enum Styles {
    /// Excel allows 65,490.
    private static let most = 65_536
    /// The numbers from here on are for formats that the workbook defines.
    private static let firstCustom = 164
    /// The most bytes of all formats together.
    private static let mostBytes = 8 * 1024 * 1024

    /// Returns the format of each cell style; only the general format if the workbook has no styles.
    static func formats(in parts: WorkbookParts, _ part: String?) throws(WorkbookFault) -> [NumberFormat] {
        guard let part else { return [.general] }
        var custom: [Int: String] = [:]
        var numbers: [Int] = []
        var bytes = 0
        try parts.forEachElement(of: part) { element, path in
            guard path.count == 3 else { return }
            switch path[1] {
            case "numFmts" where element.isNamed("numFmt"):
                guard let id = element.value(of: "numFmtId").flatMap({ Int($0) }) else { return }
                let code = element.value(of: "formatCode") ?? ""
                bytes += code.utf8.count
                custom[id] = code
            case "cellXfs" where element.isNamed("xf"):
                numbers.append(element.value(of: "numFmtId").flatMap { Int($0) } ?? 0)
            default: break
            }
            guard custom.count <= most, numbers.count <= most, bytes <= mostBytes else {
                throw WorkbookFault(.tooManyStyles(limit: most))
            }
        }
        // A number that is neither defined nor built in stands for the general format.
        let formats = numbers.map { id in
            custom[id].map { NumberFormat.custom($0) } ?? .builtIn((0..<firstCustom).contains(id) ? id : 0)
        }
        return formats.isEmpty ? [.general] : formats
    }
}
