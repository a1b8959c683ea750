/// A list of values of a fixed size: the first ones are in memory, those after them in a temporary file.
@safe
final class SpilledList<Element: BitwiseCopyable> {
    private static var size: Int { MemoryLayout<Element>.stride }
    /// The size of a read.
    private static var blockElements: Int { 32 * 1024 / size }

    private let folder: String
    private let memoryElements: Int
    private var memory: [Element] = []
    /// The elements after them; nil while all are in memory.
    private var file: TemporaryFile?
    /// The elements of the file that were read last, and the index of the first of them.
    private var block: (elements: [Element], start: Int) = ([], 0)
    private(set) var count = 0

    /// - Parameters:
    ///   - folder: a folder with space for a temporary file.
    ///   - memoryElements: the number of elements in memory; those after them go into the file.
    init(in folder: String, memoryElements: Int) {
        self.folder = folder
        self.memoryElements = memoryElements
    }

    /// A list of the same elements, which another thread may read at the same time. Nothing may be appended to either.
    func reader() throws(CommandFailure) -> SpilledList {
        try file?.flush()
        let reader = SpilledList(in: folder, memoryElements: memoryElements)
        (reader.memory, reader.file, reader.count) = (memory, file, count)
        return reader
    }

    func append(_ element: Element) throws {
        count += 1
        if count <= memoryElements { return memory.append(element) }
        let file = try openedFile()
        // An array of one, whose bytes include the padding between elements.
        let elements = InlineArray<1, Element>(repeating: element)
        try unsafe elements.span.withUnsafeBytes { bytes in
            _ = try file.append(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
    }

    func append(contentsOf elements: [Element]) throws {
        let kept = elements.prefix(max(0, memoryElements - memory.count))
        memory += kept
        count += elements.count
        guard kept.count < elements.count else { return }
        let file = try openedFile()
        try unsafe elements[kept.endIndex...].withUnsafeBytes { bytes in
            _ = try file.append(unsafe bytes.bindMemory(to: UInt8.self).span)
        }
    }

    func element(_ index: Int) throws -> Element {
        if index < memory.count { return memory[index] }
        if index < block.start || index >= block.start + block.elements.count {
            // Reads aligned blocks, wherever reading begins.
            let start = index - (index - memory.count) % Self.blockElements
            block = (try elements(start..<min(count, start + Self.blockElements)), start)
        }
        return block.elements[index - block.start]
    }

    /// Returns the first index, from `index` on, of an element that satisfies the predicate; the number of elements if
    /// there is none.
    func firstIndex(from index: Int, where isSo: (Element) -> Bool) throws -> Int {
        var index = index
        while index < memory.count {
            if isSo(memory[index]) { return index }
            index += 1
        }
        while index < count {
            // This also reads the block that the element is in.
            if isSo(try element(index)) { return index }
            for next in block.elements[(index - block.start)...] {
                if isSo(next) { return index }
                index += 1
            }
        }
        return count
    }

    func elements(_ range: Range<Int>) throws -> [Element] {
        if range.upperBound <= memory.count { return Array(memory[range]) }
        guard range.lowerBound >= memory.count else { return try range.map(element) }
        let file = try openedFile()
        let offset = (range.lowerBound - memory.count) * Self.size
        return try unsafe [Element](unsafeUninitializedCapacity: range.count) { room, filled in
            let bytes = unsafe UnsafeMutableRawBufferPointer(start: room.baseAddress, count: range.count * Self.size)
            var target = unsafe bytes.bindMemory(to: UInt8.self).mutableSpan
            try file.read(into: &target, at: offset)
            filled = range.count
        }
    }

    private func openedFile() throws(CommandFailure) -> TemporaryFile {
        if let file { return file }
        let opened = try TemporaryFile(in: folder)
        file = opened
        return opened
    }
}

/// Sorts any number of values of a fixed size: sorts parts of them in memory, and merges the parts.
final class ExternalSort<Element: BitwiseCopyable> {
    /// The number of elements that are sorted in memory at a time.
    private let partElements: Int
    private let folder: String
    private let precedes: (Element, Element) -> Bool
    private var part: [Element] = []
    private let parts: SpilledList<Element>
    private var bounds: [Int] = [0]

    /// - Parameter folder: a folder with space for temporary files.
    init(in folder: String, partElements: Int = 128 * 1024, by precedes: @escaping (Element, Element) -> Bool) {
        self.folder = folder
        self.partElements = partElements
        self.precedes = precedes
        parts = SpilledList(in: folder, memoryElements: 0)
    }

    func append(_ element: Element) throws {
        part.append(element)
        if part.count == partElements { try endPart() }
    }

    private func endPart() throws {
        part.sort(by: precedes)
        try parts.append(contentsOf: part)
        bounds.append(parts.count)
        part.removeAll(keepingCapacity: true)
    }

    /// Returns all elements in order. Call it only once.
    func sorted() throws -> SpilledList<Element> {
        let result = SpilledList<Element>(in: folder, memoryElements: partElements)
        guard bounds.count > 1 else {
            part.sort(by: precedes)
            try result.append(contentsOf: part)
            part = []
            return result
        }
        if !part.isEmpty { try endPart() }
        part = []
        var readers = bounds.indices.dropLast().map { PartReader(parts, bounds[$0]..<bounds[$0 + 1]) }
        // A heap of the parts, with the part that has the least next element on top.
        var heap: [(element: Element, reader: Int)] = []
        func sink(_ start: Int) {
            var index = start
            while true {
                var least = index
                for child in [2 * index + 1, 2 * index + 2]
                where child < heap.count && precedes(heap[child].element, heap[least].element) {
                    least = child
                }
                guard least != index else { return }
                heap.swapAt(index, least)
                index = least
            }
        }
        for reader in readers.indices {
            if let element = try readers[reader].next() { heap.append((element, reader)) }
        }
        for index in heap.indices.reversed() { sink(index) }
        while let least = heap.first {
            try result.append(least.element)
            if let next = try readers[least.reader].next() {
                heap[0].element = next
            } else {
                let last = heap.removeLast()
                if !heap.isEmpty { heap[0] = last }
            }
            sink(0)
        }
        return result
    }

    /// Reads a part, a few elements at a time, because there may be a hundred parts.
    private struct PartReader {
        private static var blockElements: Int { 512 }

        private let parts: SpilledList<Element>
        private var rest: Range<Int>
        private var block: ArraySlice<Element> = []

        init(_ parts: SpilledList<Element>, _ range: Range<Int>) {
            self.parts = parts
            rest = range
        }

        mutating func next() throws -> Element? {
            if block.isEmpty, !rest.isEmpty {
                let end = min(rest.upperBound, rest.lowerBound + Self.blockElements)
                block = try parts.elements(rest.lowerBound..<end)[...]
                rest = end..<rest.upperBound
            }
            return block.popFirst()
        }
    }
}
