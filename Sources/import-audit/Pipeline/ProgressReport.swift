import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import Synchronization

/// The progress line of a run on a terminal.
final class ProgressReport: Sendable {
    /// How long a run takes before the line is shown.
    private static let delayMilliseconds = 1000

    /// Counts the bytes that are read.
    let bytes = InputProgress()
    private let isShown: Bool
    private let counts: @Sendable () -> (jobs: Int, problems: Int)
    private let start: Int
    private let state: Lock<State>

    private struct State {
        /// Yields the sizes of the inputs, which are added up while the inputs are read, a thousand at a time; nil at
        /// the end.
        var sizes: InputTree?
        var total = 0
        var isLineShown = false
    }

    /// - Parameters:
    ///   - isWanted: false for `--quiet`.
    ///   - counts: returns the numbers of jobs and problems so far.
    init(_ inputs: InputTree, isWanted: Bool, counts: @escaping @Sendable () -> (jobs: Int, problems: Int)) {
        isShown = isWanted && isatty(STDERR_FILENO) == 1 && Console.environment("TERM") != "dumb"
        self.counts = counts
        start = Self.now
        state = Lock(State(sizes: inputs))
    }

    /// Shows the progress of the run.
    func show() {
        guard isShown, Self.now - start > Self.delayMilliseconds else { return }
        state.withLock { state in
            addSizes(&state)
            state.isLineShown = true
            Console.showLine(line(total: state.sizes == nil ? state.total : nil))
        }
    }

    /// Removes the line.
    func clear() {
        state.withLock { state in
            if state.isLineShown { Console.showLine("") }
            state.isLineShown = false
        }
    }

    private func addSizes(_ state: inout State) {
        guard var sizes = state.sizes else { return }
        for _ in 0..<1000 {
            guard let item = sizes.next() else {
                state.sizes = nil
                return
            }
            if case .file(_, let size) = item { state.total.addClamped(size ?? 0) }
        }
        state.sizes = sizes
    }

    private func line(total: Int?) -> String {
        let (jobs, problems) = counts()
        let read = bytes.bytesRead
        let seconds = Double(Self.now - start) / 1000
        let rate = Double(read) / seconds
        var parts = ["\(Wording.grouped(jobs)) job\(jobs == 1 ? "" : "s")"]
        if let total, total > 0, read <= total {
            parts.append("\(Self.size(read)) of \(Self.size(total)) (\(Int(100 * Double(read) / Double(total)))%)")
        } else {
            parts.append(Self.size(read))
        }
        parts.append("\(Self.size(Int(rate)))/s")
        if let total, total > read, rate > 0 { parts.append("\(Self.time(Double(total - read) / rate)) left") }
        if problems > 0 { parts.append("\(Wording.grouped(problems)) problem\(problems == 1 ? "" : "s")") }
        return parts.joined(separator: ", ")
    }

    /// `1.2 GB`: powers of ten, as disks are sold.
    static func size(_ bytes: Int) -> String {
        var (value, units) = (bytes, ["B", "kB", "MB", "GB", "TB"][...])
        var rest = 0
        while value >= 1000, units.count > 1 {
            rest = value % 1000 / 100
            value /= 1000
            units = units.dropFirst()
        }
        return value < 10 && bytes >= 1000 ? "\(value).\(rest) \(units.first ?? "")" : "\(value) \(units.first ?? "")"
    }

    static func time(_ seconds: Double) -> String {
        // A sparse file can be so large that reading it would take longer than a number can say.
        let seconds = Int(min(seconds.rounded(.up), 1e15))
        if seconds < 60 { return "\(seconds) s" }
        return seconds < 3600 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

/// The number of terminal columns that a text occupies, as far as that is known without the font.
enum DisplayWidth {
    /// The longest beginning of a text that fits.
    ///
    /// - Parameter columns: the width of the terminal.
    static func prefix(of text: String, columns: Int) -> String {
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += columnsOf(scalar)
            if used > columns { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    static func columnsOf(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// Scripts and symbols that are wide or full-width (Unicode Standard Annex #11).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
