/// What the allowed names of a pickle make of their arguments. Pure functions from descriptions to descriptions.
enum PickleBuilder {
    /// The longest shape.
    static let rankLimit = 16

    /// The storage of a persistent identifier: `('storage', torch.FloatStorage, key, location, elements)`, before PyTorch 1.6 with a view behind.
    static func storage(_ identifier: PickleValue, _ heap: inout PickleHeap, at start: Int) throws(ModelFormatError) -> PickleValue {
        guard case .tuple(let number) = identifier, heap.tuples[number].count == 5 || heap.tuples[number].count == 6,
            heap.tuples[number][0] == .text("storage"), case .global(.storage(let type)) = heap.tuples[number][1],
            case .text(let key) = heap.tuples[number][2], case .integer(let count) = heap.tuples[number][4], count >= 0
        else { throw .malformedPickle(at: start, expected: "the identifier of a storage") }
        var view = (offset: 0, count: count)
        if heap.tuples[number].count == 6, heap.tuples[number][5] != .none {
            guard case .tuple(let viewNumber) = heap.tuples[number][5], heap.tuples[viewNumber].count == 3,
                case .integer(let offset) = heap.tuples[viewNumber][1], case .integer(let length) = heap.tuples[viewNumber][2],
                offset >= 0, length >= 0, offset <= count, length <= count - offset
            else { throw .malformedPickle(at: start, expected: "a view inside its storage of \(count) elements") }
            view = (offset, length)
        }
        return try heap.storage(
            PickleHeap.Storage(key: key, type: type, count: count, viewOffset: view.offset, viewCount: view.count))
    }

    static func make(_ callable: PickleGlobal, _ arguments: [PickleValue], _ heap: inout PickleHeap, at start: Int) throws(ModelFormatError)
        -> PickleValue
    {
        switch callable {
        case .orderedDictionary: return try dictionary(arguments, &heap, at: start)
        case .rebuildTensor: return try tensor(arguments, &heap, at: start)
        case .rebuildParameter:
            guard arguments.count == 3, case .tensor = arguments[0] else {
                throw .malformedPickle(at: start, expected: "a parameter's tensor")
            }
            return arguments[0]
        case .encode:
            guard arguments.count == 2, case .text(let text) = arguments[0], arguments[1] == .text("latin1") else {
                throw .malformedPickle(at: start, expected: "bytes as a text in latin1")
            }
            try heap.countEncoded(text.utf8.count)
            guard text.unicodeScalars.allSatisfy({ $0.value < 256 }) else {
                throw .malformedPickle(at: start, expected: "bytes as a text in latin1")
            }
            return .bytes(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        case .storage(let type): throw .forbiddenName("torch.\(type.rawValue)()")
        }
    }

    /// `OrderedDict()` or `OrderedDict([[key, value], …])`.
    private static func dictionary(_ arguments: [PickleValue], _ heap: inout PickleHeap, at start: Int) throws(ModelFormatError)
        -> PickleValue
    {
        let dictionary = try heap.dictionary()
        guard !arguments.isEmpty else { return dictionary }
        guard arguments.count == 1, case .list(let pairs) = arguments[0], case .dictionary(let number) = dictionary else {
            throw .malformedPickle(at: start, expected: "a list of pairs")
        }
        for pair in heap.lists[pairs] {
            let items: [PickleValue] =
                switch pair {
                case .list(let number): heap.lists[number]
                case .tuple(let number): heap.tuples[number]
                default: []
                }
            guard items.count == 2 else { throw .malformedPickle(at: start, expected: "a list of pairs") }
            try heap.set(items[0], items[1], inDictionary: number)
        }
        return dictionary
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`.
    private static func tensor(_ arguments: [PickleValue], _ heap: inout PickleHeap, at start: Int) throws(ModelFormatError) -> PickleValue
    {
        guard arguments.count == 6 || arguments.count == 7, case .storage(let storage) = arguments[0],
            case .integer(let offset) = arguments[1],
            let shape = numbers(arguments[2], heap), let strides = numbers(arguments[3], heap), shape.count == strides.count,
            shape.count <= rankLimit
        else { throw .malformedPickle(at: start, expected: "a storage, an offset, sizes and as many strides") }
        return try heap.tensor(PickleHeap.Tensor(storage: storage, offset: offset, shape: shape, strides: strides))
    }

    private static func numbers(_ value: PickleValue, _ heap: PickleHeap) -> [Int]? {
        guard case .tuple(let number) = value, heap.tuples[number].count <= rankLimit else { return nil }
        var numbers: [Int] = []
        for item in heap.tuples[number] {
            guard case .integer(let value) = item else { return nil }
            numbers.append(value)
        }
        return numbers
    }
}
