import Foundation

/// Reads a pickle as data: it makes numbers, texts, containers and descriptions of tensors, calls nothing, imports nothing, and refuses whatever asks for more.
///
/// Bounds: every operation is at least one byte and makes at most one value, so the work and the memory are at most proportional to the bytes; the values in
/// containers are counted by ``PickleHeap``; nothing recurses. Source of the format: cpython, Lib/pickletools.py; of PyTorch's use of it: torch/serialization.py.
struct Unpickler {
    /// The bytes of all pickles of a file: 8 MiB. That of the largest network here has 0.1 MB, with its optimiser's state 0.5 MB.
    static let byteLimit = 8 << 20
    /// How deep marks may nest.
    static let markLimit = 1000

    private let bytes: Data
    private(set) var position: Int
    var heap: PickleHeap
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    /// - Parameters:
    ///   - position: where the pickle begins.
    ///   - heap: what earlier pickles of the same file made.
    init(_ bytes: Data, at position: Int = 0, heap: PickleHeap = PickleHeap()) {
        self.bytes = bytes
        self.position = position
        self.heap = heap
    }

    /// Reads up to the pickle's end; ``position`` is behind it then.
    mutating func load() throws(ModelFormatError) -> PickleValue {
        while true {
            let start = position
            let byte = try UInt8(number(1))
            guard let opcode = PickleOpcode(rawValue: byte) else { throw .unknownOpcode(at: start, code: byte) }
            if opcode == .stop {
                guard marks.isEmpty, stack.count == 1, let value = stack.last else {
                    throw .malformedPickle(at: start, expected: "one value at the end")
                }
                return value
            }
            try carryOut(opcode, at: start)
            guard stack.count <= PickleHeap.valueLimit, memo.count <= PickleHeap.valueLimit else {
                throw .tooMany(what: "values in the pickle", got: max(stack.count, memo.count), limit: PickleHeap.valueLimit)
            }
        }
    }

    private mutating func carryOut(_ opcode: PickleOpcode, at start: Int) throws(ModelFormatError) {
        switch opcode {
        case .proto:
            let version = try number(1)
            guard (2...5).contains(version) else { throw .malformedPickle(at: start, expected: "protocol 2 to 5, not \(version)") }
        case .frame: _ = try number(8)
        case .none: stack.append(.none)
        case .newTrue: stack.append(.bool(true))
        case .newFalse: stack.append(.bool(false))
        case .integer1: stack.append(.integer(Int(try number(1))))
        case .integer2: stack.append(.integer(Int(try number(2))))
        case .integer4: stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case .long1: stack.append(Self.long(try take(Int(number(1)))))
        case .binaryFloat: stack.append(.real(Double(bitPattern: try number(8).byteSwapped)))
        case .binaryUnicode: stack.append(.text(try text(Int(number(4)))))
        case .shortUnicode: stack.append(.text(try text(Int(number(1)))))
        case .unicode8: stack.append(.text(try text(Int(clamping: number(8)))))
        case .binaryString: stack.append(.text(Self.latin(try take(Int(number(4))))))
        case .shortBinaryString: stack.append(.text(Self.latin(try take(Int(number(1))))))
        case .binaryBytes: stack.append(.bytes([UInt8](try take(Int(number(4))))))
        case .shortBinaryBytes: stack.append(.bytes([UInt8](try take(Int(number(1))))))
        case .bytes8: stack.append(.bytes([UInt8](try take(Int(clamping: number(8))))))
        case .mark:
            guard marks.count < Self.markLimit else {
                throw .tooMany(what: "marks in the pickle", got: marks.count + 1, limit: Self.markLimit)
            }
            marks.append(stack.count)
        case .pop: _ = try pop(at: start)
        case .popMark: _ = try popToMark(at: start)
        case .put1: try put(Int(number(1)), at: start)
        case .put4: try put(Int(number(4)), at: start)
        case .memoize: try put(memo.count, at: start)
        case .get1: try get(Int(number(1)), at: start)
        case .get4: try get(Int(number(4)), at: start)
        case .global:
            let module = try line()
            stack.append(.global(try PickleGlobal(module: module, name: try line())))
        case .stackGlobal:
            guard case .text(let name) = try pop(at: start), case .text(let module) = try pop(at: start) else {
                throw .malformedPickle(at: start, expected: "two texts that name something")
            }
            stack.append(.global(try PickleGlobal(module: module, name: name)))
        case .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3, .emptyList, .list, .append, .appends, .emptyDictionary, .dictionary, .setItem,
            .setItems:
            try contain(opcode, at: start)
        case .persistentID: stack.append(try PickleBuilder.storage(pop(at: start), &heap, at: start))
        case .reduce, .newObject:
            let arguments = try pop(at: start)
            guard case .global(let callable) = try pop(at: start), case .tuple(let number) = arguments else {
                throw .malformedPickle(at: start, expected: "a name and a tuple")
            }
            stack.append(try PickleBuilder.make(callable, heap.tuples[number], &heap, at: start))
        case .build:
            // A state dictionary carries `_metadata` as an attribute; it says nothing about the numbers.
            guard case .dictionary = try pop(at: start), case .dictionary? = stack.last else {
                throw .malformedPickle(at: start, expected: "attributes of a dict, as a dict")
            }
        case .stop: break
        }
    }

    private mutating func contain(_ opcode: PickleOpcode, at start: Int) throws(ModelFormatError) {
        switch opcode {
        case .emptyTuple: stack.append(try heap.tuple([]))
        case .tuple1: stack.append(try heap.tuple(popped(1, at: start)))
        case .tuple2: stack.append(try heap.tuple(popped(2, at: start)))
        case .tuple3: stack.append(try heap.tuple(popped(3, at: start)))
        case .tuple: stack.append(try heap.tuple(Array(popToMark(at: start))))
        case .emptyList: stack.append(try heap.list())
        case .list:
            let items = try popToMark(at: start)
            let list = try heap.list()
            if case .list(let number) = list { try heap.append(items, toList: number) }
            stack.append(list)
        case .append: try append([try pop(at: start)], at: start)
        case .appends: try append(popToMark(at: start), at: start)
        case .emptyDictionary: stack.append(try heap.dictionary())
        case .dictionary:
            let items = try popToMark(at: start)
            stack.append(try heap.dictionary())
            try set(items, at: start)
        case .setItem:
            let pair = try popped(2, at: start)
            try set(pair[...], at: start)
        case .setItems: try set(popToMark(at: start), at: start)
        default: throw .malformedPickle(at: start, expected: "an operation on containers")
        }
    }

    private mutating func append(_ items: ArraySlice<PickleValue>, at start: Int) throws(ModelFormatError) {
        guard case .list(let number)? = stack.last else { throw .malformedPickle(at: start, expected: "a list to append to") }
        try heap.append(items, toList: number)
    }

    private mutating func set(_ items: ArraySlice<PickleValue>, at start: Int) throws(ModelFormatError) {
        guard case .dictionary(let number)? = stack.last, items.count % 2 == 0 else {
            throw .malformedPickle(at: start, expected: "pairs and a dict to set them in")
        }
        for index in stride(from: items.startIndex, to: items.endIndex, by: 2) {
            try heap.set(items[index], items[index + 1], inDictionary: number)
        }
    }

    // MARK: Stack and memo

    /// Values above the last mark only: a mark's values are taken together.
    private mutating func pop(at start: Int) throws(ModelFormatError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw .malformedPickle(at: start, expected: "a value before it")
        }
        return value
    }

    private mutating func popped(_ count: Int, at start: Int) throws(ModelFormatError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw .malformedPickle(at: start, expected: "\(count) values before it") }
        let items = Array(stack.suffix(count))
        stack.removeLast(count)
        return items
    }

    private mutating func popToMark(at start: Int) throws(ModelFormatError) -> ArraySlice<PickleValue> {
        guard let mark = marks.popLast(), mark <= stack.count else { throw .malformedPickle(at: start, expected: "a mark before it") }
        let items = Array(stack[mark...])
        stack.removeLast(items.count)
        return items[...]
    }

    private mutating func put(_ number: Int, at start: Int) throws(ModelFormatError) {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw .malformedPickle(at: start, expected: "a value to remember")
        }
        memo[number] = value
    }

    private mutating func get(_ number: Int, at start: Int) throws(ModelFormatError) {
        guard let value = memo[number] else { throw .malformedPickle(at: start, expected: "something remembered under \(number)") }
        stack.append(value)
    }

    // MARK: Bytes

    private mutating func number(_ width: Int) throws(ModelFormatError) -> UInt64 {
        guard let value = bytes.littleEndian(at: position, width: width) else { throw ended(needed: width) }
        position += width
        return value
    }

    private mutating func take(_ count: Int) throws(ModelFormatError) -> Data {
        guard count <= bytes.count - position else { throw ended(needed: count) }
        defer { position += count }
        return bytes.dropFirst(position).prefix(count)
    }

    private mutating func text(_ count: Int) throws(ModelFormatError) -> String {
        let start = position
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw .malformedPickle(at: start, expected: "a text in UTF-8")
        }
        return text
    }

    /// A name that ends with a line feed.
    private mutating func line() throws(ModelFormatError) -> String {
        let start = position
        guard let end = bytes.dropFirst(position).prefix(1024).firstIndex(of: 0x0A) else {
            throw .malformedPickle(at: start, expected: "a name and a line feed")
        }
        let name = try text(end - bytes.startIndex - position)
        position += 1
        return name
    }

    private func ended(needed: Int) -> ModelFormatError {
        .truncated(what: "the pickle", got: bytes.count, needed: position.addingReportingOverflow(needed).partialValue)
    }

    private static func long(_ bytes: Data) -> PickleValue {
        guard bytes.count <= 8 else { return .longInteger([UInt8](bytes)) }
        let sign: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
        return .integer(Int(truncatingIfNeeded: bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }))
    }

    /// A byte string of Python 2, in which state dictionaries of that time hold their names.
    private static func latin(_ bytes: Data) -> String {
        String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
