/// A value of a pickle. Containers, storages and tensors are numbers of a ``PickleHeap``: a container may hold itself, and nothing here walks into one without a bound.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer that needs more than 64 bits: little-endian, two's complement.
    case longInteger([UInt8])
    case real(Double)
    case text(String)
    case bytes([UInt8])
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)

    /// For messages.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .longInteger: "an int"
        case .real: "a float"
        case .text: "a str"
        case .bytes: "bytes"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dict"
        case .global: "a name"
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}

/// The containers, storages and tensors that one or several pickles of a file made.
struct PickleHeap {
    /// Numbers of one type; `key` names the bytes in the file.
    struct Storage: Equatable {
        let key: String
        let type: StorageType
        /// Elements of the whole storage.
        let count: Int
        /// Where this view begins in the whole storage, in elements (only files before PyTorch 0.4 have views).
        let viewOffset: Int
        /// Elements of the view.
        let viewCount: Int
    }

    struct Tensor {
        let storage: Int
        /// In elements, from the begin of the storage's view.
        let offset: Int
        let shape: [Int]
        /// In elements.
        let strides: [Int]
    }

    /// Values in all containers together. A checkpoint of the largest network here, optimiser and all, has some 20,000.
    static let valueLimit = 1_000_000

    /// Bytes that are made of texts, which a pickle may name again and again. PyTorch makes a few dozen.
    static let encodedLimit = 1 << 20

    private(set) var tuples: [[PickleValue]] = []
    private(set) var lists: [[PickleValue]] = []
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    private(set) var storages: [Storage] = []
    private(set) var tensors: [Tensor] = []
    private var storageNumbers: [String: Int] = [:]
    private var values = 0
    private var encoded = 0

    /// - Throws: ``ModelFormatError/tooMany(what:got:limit:)`` beyond ``encodedLimit``.
    mutating func countEncoded(_ bytes: Int) throws(ModelFormatError) {
        encoded += bytes
        guard encoded <= Self.encodedLimit else {
            throw .tooMany(what: "bytes written as texts in the pickle", got: encoded, limit: Self.encodedLimit)
        }
    }

    private mutating func count(_ more: Int) throws(ModelFormatError) {
        values += more
        guard values <= Self.valueLimit else { throw .tooMany(what: "values in the pickle", got: values, limit: Self.valueLimit) }
    }

    mutating func tuple(_ items: [PickleValue]) throws(ModelFormatError) -> PickleValue {
        try count(items.count + 1)
        tuples.append(items)
        return .tuple(tuples.count - 1)
    }

    mutating func list() throws(ModelFormatError) -> PickleValue {
        try count(1)
        lists.append([])
        return .list(lists.count - 1)
    }

    mutating func append(_ items: ArraySlice<PickleValue>, toList number: Int) throws(ModelFormatError) {
        try count(items.count)
        lists[number] += items
    }

    mutating func dictionary() throws(ModelFormatError) -> PickleValue {
        try count(1)
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    mutating func set(_ key: PickleValue, _ value: PickleValue, inDictionary number: Int) throws(ModelFormatError) {
        try count(2)
        dictionaries[number].append((key, value))
    }

    /// - Throws: ``ModelFormatError/contradiction(_:)`` where the same key was given with another type or length.
    mutating func storage(_ storage: Storage) throws(ModelFormatError) -> PickleValue {
        let name = "\(storage.key)[\(storage.viewOffset)+\(storage.viewCount)]"
        if let known = storageNumbers[name] {
            guard storages[known] == storage else {
                throw .contradiction("storage \(storage.key) is named with two types or lengths")
            }
            return .storage(known)
        }
        try count(1)
        storages.append(storage)
        storageNumbers[name] = storages.count - 1
        return .storage(storages.count - 1)
    }

    mutating func tensor(_ tensor: Tensor) throws(ModelFormatError) -> PickleValue {
        try count(1 + 2 * tensor.shape.count)
        tensors.append(tensor)
        return .tensor(tensors.count - 1)
    }
}
