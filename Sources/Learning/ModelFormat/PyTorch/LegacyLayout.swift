import Foundation

/// PyTorch's format before 1.6 (`_use_new_zipfile_serialization=False`): pickles of a magic number, a version, facts of the machine, the value and the keys of its
/// storages; then for each key the number of elements in 8 bytes, and the elements. Source: torch/serialization.py, `_legacy_load`.
enum LegacyLayout {
    /// 0x1950a86a20f9469cfc6c, little-endian.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    /// A pickle's first byte and protocol. A safetensors file may begin with the same two bytes, but has a brace behind the length of its header.
    static func recognises(_ head: Data) -> Bool {
        head.littleEndian(at: 0, width: 1) == 0x80 && (2...5).contains(head.littleEndian(at: 1, width: 1) ?? 0)
            && head.littleEndian(at: 8, width: 1) != UInt64(UInt8(ascii: "{"))
    }

    static func read(_ file: RandomAccessFile) throws(ModelFormatError) -> PyTorchContent {
        let head = try file.read(at: 0, count: min(file.count, Unpickler.byteLimit))
        let isWhole = head.count == file.count
        var (position, heap) = (0, PickleHeap())
        func next() throws(ModelFormatError) -> PickleValue {
            var unpickler = Unpickler(head, at: position, heap: heap)
            do throws(ModelFormatError) {
                let value = try unpickler.load()
                (position, heap) = (unpickler.position, unpickler.heap)
                return value
            } catch {
                guard case .truncated = error, !isWhole else { throw error }
                throw .tooMany(what: "bytes of the pickles", got: head.count + 1, limit: Unpickler.byteLimit)
            }
        }
        guard try next() == .longInteger(magic) else { throw .malformedPickle(at: 0, expected: "PyTorch's magic number") }
        guard try next() == .integer(version) else { throw .malformedPickle(at: position, expected: "version \(version)") }
        guard case .dictionary(let facts) = try next() else { throw .malformedPickle(at: position, expected: "the facts of a machine") }
        guard !heap.dictionaries[facts].contains(where: { $0.key == .text("little_endian") && $0.value == .bool(false) }) else {
            throw .unsupportedFormat(file: file.url.lastPathComponent, got: "byte order 'big'", allowed: "little")
        }
        let root = try next()
        guard case .list(let number) = try next() else { throw .malformedPickle(at: position, expected: "the list of storages") }
        let starts = try Self.starts(of: heap.lists[number], heap, file, from: position)
        var places: [PyTorchFile.Place] = []
        for storage in heap.storages {
            guard let start = starts[storage.key] else { throw .missingEntry("storage \(storage.key)") }
            let begin = start + storage.viewOffset * storage.type.byteCount
            places.append(
                PyTorchFile.Place(
                    range: begin..<(begin + storage.viewCount * storage.type.byteCount), crc32: 0, name: "storage \(storage.key)"))
        }
        return PyTorchContent(root: root, heap: heap, places: places)
    }

    /// Where the elements of each key begin. Every storage is checked to lie inside the file.
    private static func starts(of keys: [PickleValue], _ heap: PickleHeap, _ file: RandomAccessFile, from start: Int)
        throws(ModelFormatError) -> [String: Int]
    {
        let storages = Dictionary(heap.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var starts: [String: Int] = [:]
        var position = start
        for key in keys {
            guard case .text(let key) = key, let storage = storages[key] else {
                throw .contradiction("the file lists a storage that its value does not name")
            }
            guard starts[key] == nil else { throw .duplicateName("storage \(key)") }
            let count = try file.read(at: position, count: 8).littleEndian(at: 0, width: 8) ?? 0
            guard count == UInt64(storage.count) else {
                throw .contradiction("storage \(key) has \(count) elements behind its pickle and \(storage.count) in it")
            }
            let (bytes, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.byteCount)
            guard !overflow, bytes <= file.count - position - 8 else {
                throw .truncated(what: "storage \(key)", got: max(0, file.count - position - 8), needed: bytes)
            }
            starts[key] = position + 8
            position += 8 + bytes
        }
        // Views of one storage name the same length, or they contradict each other.
        for storage in heap.storages where storages[storage.key]?.count != storage.count || storages[storage.key]?.type != storage.type {
            throw .contradiction("storage \(storage.key) is named with two types or lengths")
        }
        return starts
    }
}
