import ImportFoundation
import ImportInputs
import ImportRedaction
import Synchronization

/// Inputs that are read in several passes, for example once for a history and again for the report. All passes must
/// see the same files in the same state; otherwise, results of different states would be mixed.
final class RereadInputs: Sendable {
    private struct State {
        /// A hash of the path and state of each input, by its number.
        var hashes: [Int: Int] = [:]
        /// The number of passes, with the current one.
        var passes = 0
        /// The number of files that the current pass has seen.
        var seen = 0
    }

    private let names: SourceNames
    private let state = Lock(State())

    init(names: SourceNames) {
        self.names = names
    }

    /// Begins the next pass.
    func begin() {
        state.withLock { state in
            state.passes += 1
            state.seen = 0
        }
    }

    /// Notes a file before it is read or, after the first pass, fails if it is not the one that was noted.
    func see(_ input: InputPath, _ number: Int) throws(CommandFailure) {
        if !note(input, number, isFirst: true) { throw changed(input) }
    }

    /// Fails if a file has changed by the end of its reading.
    func check(_ input: InputPath, _ number: Int) throws(CommandFailure) {
        if !note(input, number, isFirst: false) { throw changed(input) }
    }

    private func note(_ input: InputPath, _ number: Int, isFirst: Bool) -> Bool {
        guard let file = InputState(of: input) else { return state.withLock { $0.hashes[number] == nil } }
        var hasher = Hasher()
        hasher.combine(input)
        hasher.combine(file)
        let hash = hasher.finalize()
        return state.withLock { state in
            if isFirst { state.seen += 1 }
            guard let known = state.hashes[number] else {
                state.hashes[number] = hash
                return state.passes == 1
            }
            return known == hash
        }
    }

    /// Fails if the pass that has just ended lacks files that an earlier pass has read.
    func end() throws(CommandFailure) {
        guard state.withLock({ $0.seen < $0.hashes.count }) else { return }
        throw CommandFailure(
            .inputNotReadWhole, "inputs were removed or changed while they were read. Run the command again.")
    }

    private func changed(_ input: InputPath) -> CommandFailure {
        CommandFailure(
            .inputNotReadWhole, of: names.shown(input.shown),
            "it, or an input before it, was changed while the inputs were read. Run the command again.")
    }
}
