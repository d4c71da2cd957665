import Foundation
import Tensors

/// A tensor as it lies in a file: element type, shape, little-endian bytes in row-major order.
package struct StoredTensor: Sendable, Equatable {
    package let elementType: ElementType
    /// Outermost dimension first; `[]` is a scalar.
    package let shape: [Int]
    /// `count · elementType.byteCount` bytes; may be a slice of a larger buffer.
    package let bytes: Data

    /// - Throws: ``ModelFormatError/wrongByteCount(tensor:got:expected:)`` or ``ModelFormatError/shapeTooLarge(tensor:shape:)``.
    package init(elementType: ElementType, shape: [Int], bytes: Data) throws(ModelFormatError) {
        guard let expected = StoredTensor.byteCount(of: shape, elementType) else { throw .shapeTooLarge(tensor: "", shape: shape) }
        guard bytes.count == expected else { throw .wrongByteCount(tensor: "", got: bytes.count, expected: expected) }
        self.init(checked: elementType, shape: shape, bytes: bytes)
    }

    /// For a reader that has already compared `bytes` with the shape.
    init(checked elementType: ElementType, shape: [Int], bytes: Data) {
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    /// As F32, every bit kept.
    package init(_ tensor: FloatTensor) { self.init(checked: .float32, shape: tensor.shape, bytes: StoredTensor.bytes(of: tensor.values)) }

    /// A vector as F32, every bit kept.
    package init(_ values: [Float]) { self.init(checked: .float32, shape: [values.count], bytes: StoredTensor.bytes(of: values)) }

    /// As I8.
    /// - Throws: ``ModelFormatError/wrongByteCount(tensor:got:expected:)`` where the shape does not hold that many values.
    package init(_ values: [Int8], shape: [Int]) throws(ModelFormatError) {
        try self.init(elementType: .int8, shape: shape, bytes: StoredTensor.bytes(of: values))
    }

    package var count: Int { shape.reduce(1, *) }

    /// The values as `Float`: F32 bit for bit, F16 and BF16 exactly, F64 rounded to nearest.
    /// - Throws: ``ModelFormatError/wrongElementType(tensor:got:expected:)`` for integers.
    package func floats() throws(ModelFormatError) -> FloatTensor {
        let values: [Float]
        switch elementType {
        case .float32: values = numbers(UInt32.self) { Float(bitPattern: $0) }
        case .float16: values = numbers(UInt16.self) { Float(Float16(bitPattern: $0)) }
        case .bfloat16: values = numbers(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .float64: values = numbers(UInt64.self) { Float(Double(bitPattern: $0)) }
        case .int64, .int32, .int8, .uint8:
            throw .wrongElementType(tensor: "", got: elementType, expected: ElementType.allCases.filter(\.isFloatingPoint))
        }
        do { return try FloatTensor(shape: shape, values: values) } catch {
            throw .wrongByteCount(tensor: "", got: bytes.count, expected: count * elementType.byteCount)
        }
    }

    /// The values of an I8 tensor.
    /// - Throws: ``ModelFormatError/wrongElementType(tensor:got:expected:)`` for any other type.
    package func int8s() throws(ModelFormatError) -> [Int8] {
        guard elementType == .int8 else { throw .wrongElementType(tensor: "", got: elementType, expected: [.int8]) }
        return numbers(UInt8.self) { Int8(bitPattern: $0) }
    }

    /// The values of an I64 or I32 tensor.
    /// - Throws: ``ModelFormatError/wrongElementType(tensor:got:expected:)`` for any other type.
    package func integers() throws(ModelFormatError) -> [Int64] {
        switch elementType {
        case .int64: return numbers(UInt64.self) { Int64(bitPattern: $0) }
        case .int32: return numbers(UInt32.self) { Int64(Int32(bitPattern: $0)) }
        default: throw .wrongElementType(tensor: "", got: elementType, expected: [.int64, .int32])
        }
    }

    private func numbers<Bits: FixedWidthInteger, Value>(_: Bits.Type, _ value: (Bits) -> Value) -> [Value] {
        bytes.withUnsafeBytes { raw in
            let width = MemoryLayout<Bits>.size
            return [Value](unsafeUninitializedCapacity: raw.count / width) { buffer, initialized in
                for index in 0..<(raw.count / width) {
                    let bits = Bits(littleEndian: raw.loadUnaligned(fromByteOffset: index * width, as: Bits.self))
                    buffer.initializeElement(at: index, to: value(bits))
                }
                initialized = raw.count / width
            }
        }
    }

    private static func bytes(of values: [Float]) -> Data { values.withUnsafeBytes { Data($0) } }
    private static func bytes(of values: [Int8]) -> Data { values.withUnsafeBytes { Data($0) } }

    /// The bytes that a shape needs; nil where the number does not fit in `Int` or a dimension is negative.
    static func byteCount(of shape: [Int], _ elementType: ElementType) -> Int? {
        // A dimension of zero makes an empty tensor even beside one that would overflow: count it first.
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        if shape.contains(0) { return 0 }
        var count = elementType.byteCount
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }
}
