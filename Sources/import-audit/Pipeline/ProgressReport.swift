import Glibc
import ImportAnalysis
import ImportInputs
import Synchronization

/// The line about the progress of a run, on a terminal.
final class ProgressReport: Sendable {
    /// Runs that end before this are not worth a line.
    private static let delayMilliseconds = 1000

    /// Counts the bytes that are read.
    let bytes = InputProgress()
    private let isShown: Bool
    private let counts: @Sendable () -> (jobs: Int, problems: Int)
    private let start: Int
    private let state: Mutex<State>

    private struct State {
        /// Adds up the sizes of the inputs while these are read, a thousand at a time.
        var sizes: InputTree?
        var total = 0
        var isLineShown = false
    }

    /// - Parameters:
    ///   - isWanted: false for `--quiet`.
    ///   - counts: jobs and problems so far.
    init(_ inputs: InputTree, isWanted: Bool, counts: @escaping @Sendable () -> (jobs: Int, problems: Int)) {
        isShown = isWanted && isatty(STDERR_FILENO) == 1 && Console.environment("TERM") != "dumb"
        self.counts = counts
        start = Self.now
        state = Mutex(State(sizes: inputs))
    }

    /// Shows how far the run is.
    func show() {
        guard isShown, Self.now - start > Self.delayMilliseconds else { return }
        state.withLock { state in
            addSizes(&state)
            state.isLineShown = true
            Console.showLine(line(total: state.sizes == nil ? state.total : nil))
        }
    }

    /// Takes the line away.
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
            if case .file(_, let size) = item { state.total += size ?? 0 }
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
            parts.append("\(Self.size(read)) of \(Self.size(total)) (\(100 * read / total)%)")
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
        let seconds = Int(seconds.rounded(.up))
        if seconds < 60 { return "\(seconds) s" }
        return seconds < 3600 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
