import Foundation

/// A file of weights in any of the formats that are read, told by its content: safetensors, or PyTorch's `.pth`/`.pt`.
///
/// Opening it reads names, types and shapes; numbers are read tensor by tensor. So a file can be held against a network before its bytes are.
package struct WeightsFile: Sendable {
    package enum Format: String, Sendable, Codable {
        case safetensors
        case pytorch
    }

    /// A tensor as the file names it.
    package struct Tensor: Sendable, Equatable {
        package let name: String
        package let shape: [Int]
        /// Nil for types that no weight has.
        package let elementType: ElementType?

        package init(name: String, shape: [Int], elementType: ElementType?) {
            self.name = name
            self.shape = shape
            self.elementType = elementType
        }
    }

    private enum Content: Sendable {
        case safetensors(SafetensorsHeader, dataStart: Int)
        case pytorch(PyTorchFile)
    }

    /// The largest file that is read: 1 GiB. The largest network here has 178 MB in F32; a checkpoint may hold its optimiser's state and averaged weights too.
    package static let fileLimit = 1 << 30

    package let format: Format
    /// In the order of the file, without the counters `num_batches_tracked`, which no computation reads.
    package let tensors: [Tensor]
    package let metadata: [String: String]
    /// The keys of a checkpoint under which the weights were found; empty where the file holds nothing else.
    package let path: [String]
    private let file: RandomAccessFile
    private let content: Content

    /// - Throws: ``ModelFormatError/notWeights(file:got:)`` for any other format; ``ModelFormatError`` for what is wrong with the file.
    package init(opening url: URL) throws(ModelFormatError) {
        let file = try RandomAccessFile(url, limit: Self.fileLimit)
        let head = try file.read(at: 0, count: min(16, file.count))
        self.file = file
        if PyTorchFile.recognises(head) {
            let file = try PyTorchFile(reading: file)
            (format, content, metadata, path) = (.pytorch, .pytorch(file), [:], file.path)
            tensors = file.tensors.filter { !FloatFile.isCounter($0.name) }.map {
                Tensor(name: $0.name, shape: $0.shape, elementType: $0.elementType)
            }
        } else {
            // Behind 8 bytes of length a safetensors header begins with a brace.
            guard head.count < 9 || head[8] == UInt8(ascii: "{") else {
                throw .notWeights(file: url.lastPathComponent, got: Self.sketch(head))
            }
            let (header, start) = try Safetensors.header(reading: file)
            (format, content, metadata, path) = (.safetensors, .safetensors(header, dataStart: start), header.metadata, [])
            tensors = header.entries.filter { !FloatFile.isCounter($0.name) }.map {
                Tensor(name: $0.name, shape: $0.shape, elementType: $0.elementType)
            }
        }
    }

    /// The numbers of some tensors, one after the other.
    ///
    /// - Parameters:
    ///   - names: names of ``tensors``.
    ///   - body: takes each tensor in the order of `names`.
    /// - Throws: ``ModelFormatError``; what `body` throws.
    package func read(_ names: [String], _ body: (String, StoredTensor) throws(ModelFormatError) -> Void) throws(ModelFormatError) {
        switch content {
        case .safetensors(let header, let start):
            let entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
            for name in names {
                guard let entry = entries[name] else { throw .missingEntry(name) }
                let bytes = try file.read(at: start + entry.range.lowerBound, count: entry.range.count)
                try body(name, StoredTensor(checked: entry.elementType, shape: entry.shape, bytes: bytes))
            }
        case .pytorch(let file):
            let tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
            var wanted: [PyTorchFile.Tensor] = []
            for name in names {
                guard let tensor = tensors[name] else { throw .missingEntry(name) }
                wanted.append(tensor)
            }
            try file.verify(wanted)
            for tensor in wanted { try body(tensor.name, try file.read(tensor)) }
        }
    }

    /// The first bytes, as text where they are text.
    private static func sketch(_ head: Data) -> String {
        if let text = String(validating: head, as: UTF8.self), !text.unicodeScalars.contains(where: { $0.value < 32 }) {
            return "'\(text)'"
        }
        return head.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
    }
}
