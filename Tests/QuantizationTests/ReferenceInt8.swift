import Engine
import Foundation
import ModelFormat

/// What a ``QuantisedNetwork`` means: plain loops, integer sums, no cleverness. The specification that a backend's int8 plan is compared with.
///
/// Each step follows the arithmetic in the documentation of `Quantiser`. A fast plan may round a tie to the neighbour, so single levels may differ by one.
struct ReferenceInt8 {
    /// A layer's result: integers, `[channels, height, width]`; or features, which are real numbers.
    struct Value: Equatable {
        var channels: Int
        var height: Int
        var width: Int
        var levels: [Int32]
        var features: [Float] = []

        var area: Int { height * width }
    }

    let model: QuantisedNetwork

    /// - Parameter picture: normalised, `[3, side, side]`.
    /// - Returns: the logits, and every layer.
    func run(_ picture: [Float], side: Int) -> (logits: [Float], layers: [Value]) {
        var values: [Value] = []
        for (index, layer) in model.network.layers.enumerated() { values.append(result(layer, index, values, picture, side: side)) }
        return (values.last?.features ?? [], values)
    }

    private func result(_ layer: FusedNetwork.Layer, _ index: Int, _ values: [Value], _ picture: [Float], side: Int) -> Value {
        let own = model.activations[index], scales = layer.inputs.map { model.activations[$0].scale }
        let inputs = layer.inputs.map { values[$0] }
        switch layer.kind {
        case .input(let channels): return Value(channels: channels, height: side, width: side, levels: picture.map { level($0, own) })
        case .convolution(let convolution, let activation, let residual):
            return self.convolution(
                [convolution], activation, layer, inputs[0], scales[0], own,
                residual: residual.map { (values[$0], model.activations[$0].scale) })
        case .mixedConvolution(let parts, let activation, let residual):
            return self.convolution(
                parts, activation, layer, inputs[0], scales[0], own, residual: residual.map { (values[$0], model.activations[$0].scale) })
        case .maxPool(let pool):
            return self.pool(
                inputs[0], pool.kernel, pool.stride, pool.padding, pool.outputSide(inputs[0].height), pool.outputSide(inputs[0].width)
            ) { $0.max() ?? 0 }
        case .averagePool(let pool):
            return self.pool(
                inputs[0], pool.kernel, pool.stride, pool.padding, pool.outputSide(inputs[0].height), pool.outputSide(inputs[0].width)
            ) { Int32((Float($0.reduce(0, +)) / Float($0.count)).rounded(.toNearestOrEven)) }
        case .globalAveragePool:
            let area = inputs[0].area
            let means = (0..<inputs[0].channels).map { channel in
                Float(inputs[0].levels[(channel * area)..<((channel + 1) * area)].reduce(0, +)) / Float(area) * scales[0]
            }
            return features(means)
        case .linear(let full, let activation): return features(linear(full, layer.name, inputs[0].features).map { apply(activation, $0) })
        case .add(let activation):
            guard inputs[0].features.isEmpty else {
                return features(zip(inputs[0].features, inputs[1].features).map { apply(activation, $0 + $1) })
            }
            var sum = inputs[0]
            for place in sum.levels.indices {
                let real = Float(inputs[0].levels[place]) * scales[0] + Float(inputs[1].levels[place]) * scales[1]
                sum.levels[place] = level(apply(activation, real), own)
            }
            return sum
        case .activation(let activation):
            guard inputs[0].features.isEmpty else { return features(inputs[0].features.map { apply(activation, $0) }) }
            var result = inputs[0]
            result.levels = result.levels.map { level(apply(activation, Float($0) * scales[0]), own) }
            return result
        case .channelScale:
            var result = inputs[0]
            for place in result.levels.indices {
                result.levels[place] = level(Float(result.levels[place]) * scales[0] * inputs[1].features[place / result.area], own)
            }
            return result
        case .route(let sources):
            let area = inputs[0].area
            let levels = sources.flatMap { source in
                inputs[source.input].levels[(source.channel * area)..<((source.channel + 1) * area)].map { integer in
                    model.activations[layer.inputs[source.input]] == own ? integer : level(Float(integer) * scales[source.input], own)
                }
            }
            return Value(channels: sources.count, height: inputs[0].height, width: inputs[0].width, levels: levels)
        }
    }

    private func features(_ numbers: [Float]) -> Value {
        Value(channels: numbers.count, height: 1, width: 1, levels: [], features: numbers)
    }

    /// real → integer: divided, rounded half to even, clamped.
    private func level(_ real: Float, _ grid: ActivationScale) -> Int32 {
        let rounded = (real / grid.scale).rounded(.toNearestOrEven)
        return grid.isSigned ? Int32(min(max(rounded, -128), 127)) : Int32(min(max(rounded, 0), 255))
    }

    private func apply(_ activation: Activation?, _ value: Float) -> Float {
        switch activation {
        case nil: value
        case .relu: max(value, 0)
        case .relu6: min(max(value, 0), 6)
        case .hardSwish: value * min(max(value + 3, 0), 6) / 6
        case .silu: value / (1 + exp(-value))
        case .sigmoid: 1 / (1 + exp(-value))
        case .hardSigmoid: min(max(value + 3, 0), 6) / 6
        }
    }

    /// Parts side by side, each on its own channels of the input; one part is a convolution as any other.
    private func convolution(
        _ parts: [Convolution], _ activation: Activation?, _ layer: FusedNetwork.Layer, _ input: Value, _ inputScale: Float,
        _ own: ActivationScale, residual: (Value, Float)?
    ) -> Value {
        var result = Value(channels: 0, height: 0, width: 0, levels: [])
        var firstInput = 0
        for (c, part) in zip(parts, layer.weights) {
            guard let weights = model.weights[part.name] else { return result }
            (result.height, result.width) = (c.outputSide(input.height), c.outputSide(input.width))
            let top = c.padding.pixels(side: input.height, kernel: c.kernel, stride: c.stride).before
            let left = c.padding.pixels(side: input.width, kernel: c.kernel, stride: c.stride).before
            let (inputsPerGroup, outputsPerGroup) = (c.inputs / c.groups, c.outputs / c.groups)
            for output in 0..<c.outputs {
                let first = firstInput + output / outputsPerGroup * inputsPerGroup
                for y in 0..<result.height {
                    for x in 0..<result.width {
                        var sum: Int32 = 0
                        for i in 0..<inputsPerGroup {
                            for ky in 0..<c.kernel {
                                for kx in 0..<c.kernel {
                                    let (row, column) = (y * c.stride - top + ky, x * c.stride - left + kx)
                                    guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                                    let weight = weights.values[((output * inputsPerGroup + i) * c.kernel + ky) * c.kernel + kx]
                                    sum += Int32(weight) * input.levels[((first + i) * input.height + row) * input.width + column]
                                }
                            }
                        }
                        var real = Float(sum) * (inputScale * weights.scales[output]) + weights.bias[output]
                        if let (other, scale) = residual { real += Float(other.levels[result.levels.count]) * scale }
                        result.levels.append(level(apply(activation, real), own))
                    }
                }
            }
            result.channels += c.outputs
            firstInput += c.inputs
        }
        return result
    }

    /// What `combine` makes of the integers of each window that lie inside the picture.
    private func pool(
        _ input: Value, _ kernel: Int, _ stride: Int, _ padding: Padding, _ height: Int, _ width: Int, _ combine: ([Int32]) -> Int32
    ) -> Value {
        let top = padding.pixels(side: input.height, kernel: kernel, stride: stride).before
        let left = padding.pixels(side: input.width, kernel: kernel, stride: stride).before
        var result = Value(channels: input.channels, height: height, width: width, levels: [])
        for channel in 0..<input.channels {
            for y in 0..<height {
                for x in 0..<width {
                    let rows = max(0, y * stride - top)..<min(input.height, y * stride - top + kernel)
                    let columns = max(0, x * stride - left)..<min(input.width, x * stride - left + kernel)
                    let window = rows.flatMap { row in columns.map { input.levels[(channel * input.height + row) * input.width + $0] } }
                    result.levels.append(combine(window))
                }
            }
        }
        return result
    }

    private func linear(_ linear: Linear, _ name: String, _ input: [Float]) -> [Float] {
        guard let weights = model.weights[name] else { return [] }
        return (0..<linear.outputs).map { output in
            var sum = 0.0
            for i in 0..<linear.inputs { sum += Double(weights.values[output * linear.inputs + i]) * Double(input[i]) }
            return Float(sum) * weights.scales[output] + weights.bias[output]
        }
    }
}
