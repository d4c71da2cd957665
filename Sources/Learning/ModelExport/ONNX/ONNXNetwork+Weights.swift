import Engine
import Tensors

extension ONNXNetwork {
    /// The weights of a layer, or of one part of it, and its piece of the bias, as constants or as what dequantises them.
    ///
    /// - Parameters:
    ///   - name: under which the weights lie.
    ///   - bias: under which the bias lies.
    ///   - rows: of the bias.
    ///   - shape: of the weights.
    ///   - inputLayer: whose scale the accumulators have, in int8.
    /// - Returns: the names of weights and bias.
    mutating func weights(_ name: String, bias biasName: String, rows: Range<Int>, shape: [Int], inputLayer: Int)
        throws(ModelExportError) -> (weight: String, bias: String)
    {
        switch numbers {
        case .float(let folded): return try floatWeights(folded.weights, name, bias: biasName, rows: rows, shape: shape)
        case .int8(let quantised) where quantised.floatWeights["\(name).weight"] != nil:
            return try floatWeights(quantised.floatWeights, name, bias: biasName, rows: rows, shape: shape)
        case .int8(let quantised):
            guard let layer = quantised.weights[name] else { throw .missing("\(name).weight") }
            guard layer.values.count == shape.reduce(1, *), layer.scales.count == rows.count, layer.bias.count == rows.count else {
                throw .wrongCount(what: "numbers of \(name).weight", got: layer.values.count, expected: shape.reduce(1, *))
            }
            let values = builder.constant("\(name).weight/int8", layer.values, shape: shape)
            let scales = builder.constant("\(name).weight/scale", layer.scales, shape: [rows.count])
            let zeros = builder.constant("\(name).weight/zero", [Int8](repeating: 0, count: rows.count), shape: [rows.count])
            let axis = [ONNXBuilder.attribute("axis", 0)]
            let weight = builder.node("DequantizeLinear", [values, scales, zeros], as: "\(name).weight", axis)
            guard let input = scale(ofLayer: inputLayer) else {
                return (weight, builder.constant("\(name).bias", layer.bias, shape: [rows.count]))
            }
            // The bias joins the 32-bit sums: its unit is theirs.
            let units = layer.scales.map { $0 * input }
            let bias = zip(layer.bias, units).map { value, unit in
                Int32(max(-2_147_483_648, min(2_147_483_520, unit == 0 ? 0 : (value / unit).rounded(.toNearestOrEven))))
            }
            let sums = builder.constant("\(name).bias/int32", bias, shape: [rows.count])
            let unitName = builder.constant("\(name).bias/scale", units, shape: [rows.count])
            return (weight, builder.node("DequantizeLinear", [sums, unitName], as: "\(name).bias", axis))
        }
    }

    private mutating func floatWeights(
        _ tensors: [String: FloatTensor], _ name: String, bias biasName: String, rows: Range<Int>, shape: [Int]
    )
        throws(ModelExportError) -> (weight: String, bias: String)
    {
        guard let weight = tensors["\(name).weight"], let bias = tensors["\(biasName).bias"] else { throw .missing("\(name).weight") }
        guard weight.values.count == shape.reduce(1, *), bias.values.indices.contains(rows.lowerBound), rows.upperBound <= bias.values.count
        else { throw .wrongCount(what: "numbers of \(name).weight", got: weight.values.count, expected: shape.reduce(1, *)) }
        return (
            builder.constant("\(name).weight", weight.values, shape: shape),
            builder.constant("\(name).bias", Array(bias.values[rows]), shape: [rows.count])
        )
    }
}
