import FuzzTargets
import TestSupport
import Testing

extension TargetTests {
    /// Tries damaged inputs without libFuzzer. Unlike there, the runtime checks every index of the code under test, because
    /// tests are built without optimization.
    @Suite struct MutationTests {
        @Test("Damaged inputs fail nothing", .seeded, arguments: FuzzTarget.allCases)
        func damage(_ target: FuzzTarget) throws {
            let inputs = try TargetTests.inputs(of: target).map { $0.bytes }
            let tokens = try Self.tokens(of: target)
            #expect(inputs.count > 5 && tokens.count > 5)
            for seed in Seeds.and(new: 1) {
                var mutator = Mutator(inputs: inputs, tokens: tokens, seed: seed)
                for number in 1...Self.count(for: target) {
                    let input = mutator.next()
                    #expect(throws: Never.self, "seed \(seed), input \(number): \(input)") { try target.run(input) }
                }
            }
        }

        /// Inputs for each seed: as many as take about a second.
        private static func count(for target: FuzzTarget) -> Int {
            switch target {
            case .templates, .history: 10
            case .messages, .page, .redaction: 50
            default: 300
            }
        }

        /// The words of the target's dictionary, in libFuzzer's format.
        private static func tokens(of target: FuzzTarget) throws -> [[UInt8]] {
            let name = target == .kernels || target == .wrappers ? FuzzTarget.dump.rawValue : target.rawValue
            let text = String(decoding: try Repository.bytes("Fuzz/dictionaries/\(name).dict"), as: UTF8.self)
            return text.split(separator: "\n").filter { $0.hasPrefix("\"") && $0.hasSuffix("\"") }.map { line in
                var token: [UInt8] = []
                var rest = line.dropFirst().dropLast()
                while let first = rest.first {
                    if rest.hasPrefix("\\x"), let byte = UInt8(rest.dropFirst(2).prefix(2), radix: 16) {
                        token.append(byte)
                        rest = rest.dropFirst(4)
                    } else {
                        if first == "\\" { rest = rest.dropFirst() }
                        token += Array(String(rest.prefix(1)).utf8)
                        rest = rest.dropFirst()
                    }
                }
                return token
            }
        }
    }
}

/// Damages inputs as transfers, editors and careless programs do: cuts them off, joins them, drops, repeats and changes
/// parts of them, and inserts words.
private struct Mutator {
    let inputs: [[UInt8]]
    let tokens: [[UInt8]]
    private var random: SplitMix64

    init(inputs: [[UInt8]], tokens: [[UInt8]], seed: UInt64) {
        self.inputs = inputs
        self.tokens = tokens
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var input = pick(inputs)
        if Bool.random(using: &random) {
            let other = pick(inputs)
            input = Array(input[..<number(upTo: input.count)]) + other[number(upTo: other.count)...]
        }
        for _ in 0..<number(upTo: 4) where !input.isEmpty {
            let start = number(upTo: input.count - 1)
            let part = start..<min(input.count, start + 1 + number(upTo: 40))
            switch number(upTo: 5) {
            case 0: input.removeSubrange(part)
            case 1: input.insert(contentsOf: pick(tokens), at: start)
            case 2: input.replaceSubrange(part, with: pick(tokens))
            case 3: input[start] = UInt8.random(in: 0...255, using: &random)
            case 4: input.insert(contentsOf: Array(input[part]), at: number(upTo: input.count))
            default: input.removeSubrange(start...)
            }
        }
        return input
    }

    private mutating func number(upTo limit: Int) -> Int { .random(in: 0...limit, using: &random) }

    private mutating func pick(_ values: [[UInt8]]) -> [UInt8] { values.randomElement(using: &random) ?? [] }
}
