import Foundation
import ONNXSchema

/// Collects the nodes and constants of an ONNX graph. Every result has one name, and a constant is written once.
struct ONNXBuilder {
    typealias Attribute = Onnx_AttributeProto

    private(set) var nodes: [Onnx_NodeProto] = []
    private(set) var constants: [Onnx_TensorProto] = []
    private var known: Set<String> = []

    /// Adds a node with one result.
    /// - Returns: the result's name.
    @discardableResult
    mutating func node(_ operation: String, _ inputs: [String], as output: String, _ attributes: [Attribute] = []) -> String {
        var node = Onnx_NodeProto()
        node.opType = operation
        node.name = output
        node.input = inputs
        node.output = [output]
        node.attribute = attributes
        nodes.append(node)
        return output
    }

    /// - Parameters:
    ///   - values: row-major.
    ///   - shape: empty for a scalar.
    /// - Returns: the constant's name.
    mutating func constant(_ name: String, _ values: [Float], shape: [Int]) -> String {
        add(name, .float, shape, values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) })
    }

    mutating func constant(_ name: String, _ values: [Int8], shape: [Int]) -> String {
        add(name, .int8, shape, values.withUnsafeBytes { Data($0) })
    }

    mutating func constant(_ name: String, _ values: [UInt8], shape: [Int]) -> String { add(name, .uint8, shape, Data(values)) }

    mutating func constant(_ name: String, _ values: [Int32], shape: [Int]) -> String {
        add(name, .int32, shape, values.map(\.littleEndian).withUnsafeBytes { Data($0) })
    }

    mutating func constant(_ name: String, _ values: [Int]) -> String {
        add(name, .int64, [values.count], values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) })
    }

    private mutating func add(_ name: String, _ type: Onnx_TensorProto.DataType, _ shape: [Int], _ bytes: Data) -> String {
        guard known.insert(name).inserted else { return name }
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dataType = Int32(type.rawValue)
        tensor.dims = shape.map(Int64.init)
        tensor.rawData = bytes
        constants.append(tensor)
        return name
    }

    static func attribute(_ name: String, _ values: [Int]) -> Attribute {
        var attribute = Attribute()
        attribute.name = name
        attribute.type = .ints
        attribute.ints = values.map(Int64.init)
        return attribute
    }

    static func attribute(_ name: String, _ value: Int) -> Attribute {
        var attribute = Attribute()
        attribute.name = name
        attribute.type = .int
        attribute.i = Int64(value)
        return attribute
    }

    static func attribute(_ name: String, _ value: Float) -> Attribute {
        var attribute = Attribute()
        attribute.name = name
        attribute.type = .float
        attribute.f = value
        return attribute
    }

    /// A value that goes in or out: float32, the batch open.
    static func value(_ name: String, _ dimensions: [Int]) -> Onnx_ValueInfoProto {
        var batch = Onnx_TensorShapeProto.Dimension()
        batch.dimParam = "batch"
        let rest = dimensions.map { size in
            var dimension = Onnx_TensorShapeProto.Dimension()
            dimension.dimValue = Int64(size)
            return dimension
        }
        var value = Onnx_ValueInfoProto()
        value.name = name
        value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
        value.type.tensorType.shape.dim = [batch] + rest
        return value
    }
}
