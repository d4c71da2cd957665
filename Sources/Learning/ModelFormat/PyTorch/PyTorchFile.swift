import Foundation

/// A `.pth` or `.pt` file of PyTorch: a state dictionary, alone or in a checkpoint. Opening reads names and shapes; numbers are read tensor by tensor.
///
/// Two formats: since PyTorch 1.6 a zip archive (``ZipDirectory``), before a stream of pickles with the numbers behind (``LegacyLayout``).
/// Source: torch/serialization.py. Nothing of the file is carried out.
package struct PyTorchFile: Sendable {
    /// A tensor of the file.
    package struct Tensor: Sendable {
        package let name: String
        package var shape: [Int] { layout.shape }
        /// Nil for the types that no weight has (16-bit integers and truth values).
        package var elementType: ElementType? { type.elementType }
        let type: StorageType
        let layout: TensorLayout
        let storage: Int
    }

    /// Where the numbers of a storage lie.
    struct Place: Sendable {
        let range: Range<Int>
        /// 0: the file has none.
        let crc32: UInt32
        let name: String
    }

    /// In the order of the file.
    package let tensors: [Tensor]
    /// The keys of a checkpoint that lead to the state dictionary; empty where the file is the dictionary.
    package let path: [String]
    private let file: RandomAccessFile
    private let places: [Place]

    /// - Throws: ``ModelFormatError`` for anything that is not wholly there or not allowed.
    package init(reading file: RandomAccessFile) throws(ModelFormatError) {
        let content = try Self.isArchive(file) ? ArchiveLayout.read(file) : LegacyLayout.read(file)
        let dictionary = try StateDictionary(content.root, content.heap)
        var tensors: [Tensor] = []
        for (name, tensor) in dictionary.tensors {
            let storage = content.heap.storages[tensor.storage]
            let layout = try TensorLayout(
                offset: tensor.offset, shape: tensor.shape, strides: tensor.strides, storageCount: storage.viewCount, name: name)
            tensors.append(Tensor(name: name, type: storage.type, layout: layout, storage: tensor.storage))
        }
        self.tensors = tensors
        path = dictionary.path
        places = content.places
        self.file = file
    }

    /// Whether the file's first bytes are those of PyTorch: a zip archive, or a pickle.
    static func recognises(_ head: Data) -> Bool { head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || LegacyLayout.recognises(head) }

    private static func isArchive(_ file: RandomAccessFile) throws(ModelFormatError) -> Bool {
        try file.read(at: 0, count: min(4, file.count)) == Data([0x50, 0x4B, 0x03, 0x04])
    }

    /// The numbers of a tensor in row-major order.
    package func read(_ tensor: Tensor) throws(ModelFormatError) -> StoredTensor {
        guard let elementType = tensor.elementType else {
            throw .unknownElementType(tensor: tensor.name, got: tensor.type.rawValue, allowed: ElementType.allCases.map(\.rawValue))
        }
        let (width, span) = (elementType.byteCount, tensor.layout.span)
        let bytes = try file.read(at: places[tensor.storage].range.lowerBound + span.lowerBound * width, count: span.count * width)
        return StoredTensor(checked: elementType, shape: tensor.shape, bytes: tensor.layout.gathered(bytes, width: width))
    }

    /// Compares the checksums that an archive has for the storages of `tensors`.
    /// - Throws: ``ModelFormatError/wrongChecksum(entry:got:expected:)``.
    package func verify(_ tensors: [Tensor]) throws(ModelFormatError) {
        for number in Set(tensors.map(\.storage)).sorted() where places[number].crc32 != 0 {
            let place = places[number]
            var checksum = CRC32()
            for start in stride(from: place.range.lowerBound, to: place.range.upperBound, by: 1 << 20) {
                checksum.update(try file.read(at: start, count: min(1 << 20, place.range.upperBound - start)))
            }
            guard checksum.value == place.crc32 else {
                throw .wrongChecksum(entry: place.name, got: checksum.value, expected: place.crc32)
            }
        }
    }
}

/// What either format gives: the pickled value, and where each storage's view lies in the file.
struct PyTorchContent {
    let root: PickleValue
    let heap: PickleHeap
    let places: [PyTorchFile.Place]
}
