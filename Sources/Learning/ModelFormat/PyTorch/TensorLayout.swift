import Foundation

/// How a tensor lies in its storage: some elements, each at `offset + Σ index·stride`.
///
/// Invariants after ``init(offset:shape:strides:storageCount:name:)``: every element lies inside the storage; there are at most as many as the storage has, so
/// that a few bytes cannot stand for a large tensor.
struct TensorLayout {
    let shape: [Int]
    let strides: [Int]
    /// The elements of the storage from the first to the last that the tensor has.
    let span: Range<Int>
    let count: Int

    /// - Parameter storageCount: elements of the storage.
    /// - Throws: ``ModelFormatError/outsideStorage(tensor:shape:strides:offset:storage:)``, ``ModelFormatError/shapeTooLarge(tensor:shape:)``.
    init(offset: Int, shape: [Int], strides: [Int], storageCount: Int, name: String) throws(ModelFormatError) {
        let outside = ModelFormatError.outsideStorage(tensor: name, shape: shape, strides: strides, offset: offset, storage: storageCount)
        guard let count = StoredTensor.byteCount(of: shape, .uint8) else { throw .shapeTooLarge(tensor: name, shape: shape) }
        guard shape.count == strides.count, offset >= 0, offset <= storageCount, strides.allSatisfy({ $0 >= 0 }) else { throw outside }
        (self.shape, self.strides, self.count) = (shape, strides, count)
        guard count > 0 else {
            span = offset..<offset
            return
        }
        var last = offset
        for (size, stride) in zip(shape, strides) {
            let (way, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
            let (next, overflow) = last.addingReportingOverflow(way)
            guard !tooFar, !overflow else { throw outside }
            last = next
        }
        guard last < storageCount, count <= storageCount else { throw outside }
        span = offset..<(last + 1)
    }

    /// Whether the elements lie one behind the other in row-major order. The stride of a dimension of one element does not matter.
    var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// The elements in row-major order.
    /// - Parameter bytes: those of ``span``.
    func gathered(_ bytes: Data, width: Int) -> Data {
        guard count > 0, !isContiguous else { return bytes.prefix(count * width) }
        var result = Data(count: count * width)
        result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
            bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                var index = [Int](repeating: 0, count: shape.count)
                var place = 0
                for element in 0..<count {
                    for byte in 0..<width { target[element * width + byte] = source[place * width + byte] }
                    var dimension = shape.count - 1
                    while dimension >= 0 {
                        index[dimension] += 1
                        place += strides[dimension]
                        if index[dimension] < shape[dimension] { break }
                        place -= shape[dimension] * strides[dimension]
                        index[dimension] = 0
                        dimension -= 1
                    }
                }
            }
        }
        return result
    }
}
