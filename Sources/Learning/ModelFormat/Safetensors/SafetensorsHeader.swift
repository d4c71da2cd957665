/// What a safetensors file says of itself: read and validated before a byte of data is.
///
/// Invariants of a header that ``parse(_:dataBytes:)`` returned: names are unique; tensors are in the order of their bytes; they lie one behind the other
/// from 0 to the end of the data; each has the bytes that its shape and type need. Source: github.com/huggingface/safetensors, "Format".
package struct SafetensorsHeader: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let name: String
        package let elementType: ElementType
        package let shape: [Int]
        /// Bytes of the data section.
        package let range: Range<Int>
    }

    package let entries: [Entry]
    package let metadata: [String: String]

    /// - Parameters:
    ///   - header: the JSON bytes.
    ///   - dataBytes: how many bytes follow the header.
    /// - Throws: ``ModelFormatError`` for anything that the format does not allow; nothing is repaired.
    package static func parse(_ header: [UInt8], dataBytes: Int) throws(ModelFormatError) -> SafetensorsHeader {
        var scanner = HeaderScanner(header)
        let document = try scanner.document()
        var entries: [Entry] = []
        entries.reserveCapacity(document.tensors.count)
        for tensor in document.tensors {
            guard let elementType = ElementType(rawValue: tensor.elementType) else {
                throw .unknownElementType(tensor: tensor.name, got: tensor.elementType, allowed: ElementType.allCases.map(\.rawValue))
            }
            guard let needed = StoredTensor.byteCount(of: tensor.shape, elementType) else {
                throw .shapeTooLarge(tensor: tensor.name, shape: tensor.shape)
            }
            guard tensor.begin <= tensor.end, tensor.end <= dataBytes else {
                throw .offsetsOutOfRange(tensor: tensor.name, begin: tensor.begin, end: tensor.end, available: dataBytes)
            }
            guard tensor.end - tensor.begin == needed else {
                throw .wrongByteCount(tensor: tensor.name, got: tensor.end - tensor.begin, expected: needed)
            }
            entries.append(Entry(name: tensor.name, elementType: elementType, shape: tensor.shape, range: tensor.begin..<tensor.end))
        }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw .notContiguous(tensor: entry.name, begin: entry.range.lowerBound, expected: end)
            }
            end = entry.range.upperBound
        }
        guard end == dataBytes else { throw .unusedBytes(got: dataBytes, described: end) }
        return SafetensorsHeader(entries: entries, metadata: document.metadata)
    }
}
