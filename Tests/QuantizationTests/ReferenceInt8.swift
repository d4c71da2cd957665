import Engine
import Foundation
import ModelFormat

/// What a ``QuantisedNetwork`` means: plain loops, integer sums, no cleverness. The specification that a backend's int8 plan is compared with.
///
/// Each step follows the arithmetic in the documentation of `Quantiser`. A fast plan may round a tie to the neighbour, so single levels may differ by one.
struct ReferenceInt8 {
    /// A layer's result: integers, `[channels, height, width]`.
    struct Value: Equatable {
        var channels: Int
        var height: Int
        var width: Int
        var levels: [Int32]
    }

    let model: QuantisedNetwork

    /// - Parameter picture: normalised, `[3, side, side]`.
    /// - Returns: the logits, and the integers of every layer but the last.
    func run(_ picture: [Float], side: Int) -> (logits: [Float], layers: [Value]) {
        var values: [Value] = []
        var logits: [Float] = []
        for (index, layer) in model.network.layers.enumerated() {
            let own = model.activations[index]
            let isLast = index == model.network.layers.count - 1
            switch layer.kind {
            case .input(let channels):
                values.append(Value(channels: channels, height: side, width: side, levels: picture.map { level($0, own) }))
            case .convolution(let convolution, let activation, let residual):
                let input = values[layer.inputs[0]]
                values.append(
                    self.convolution(
                        convolution, activation, name: layer.name, input, model.activations[layer.inputs[0]].scale, own,
                        residual: residual.map { (values[$0], model.activations[$0].scale) }))
            case .maxPool(let pool): values.append(maxPool(pool, values[layer.inputs[0]]))
            case .globalAveragePool: values.append(average(values[layer.inputs[0]], model.activations[layer.inputs[0]].scale, own))
            case .linear(let full, _):
                let real = linear(
                    full.inputs, full.outputs, name: layer.name, values[layer.inputs[0]], model.activations[layer.inputs[0]].scale)
                if isLast {
                    logits = real
                } else {
                    values.append(Value(channels: full.outputs, height: 1, width: 1, levels: real.map { level($0, own) }))
                }
            case .add(let activation):
                let (a, b) = (values[layer.inputs[0]], values[layer.inputs[1]])
                let (scaleA, scaleB) = (model.activations[layer.inputs[0]].scale, model.activations[layer.inputs[1]].scale)
                var sum = a
                for place in a.levels.indices {
                    sum.levels[place] = level(apply(activation, Float(a.levels[place]) * scaleA + Float(b.levels[place]) * scaleB), own)
                }
                values.append(sum)
            case .activation(let activation):
                var result = values[layer.inputs[0]]
                let scale = model.activations[layer.inputs[0]].scale
                for place in result.levels.indices {
                    result.levels[place] = level(apply(activation, Float(result.levels[place]) * scale), own)
                }
                values.append(result)
            case .mixedConvolution, .averagePool, .channelScale, .route:
                preconditionFailure("the reference has no such layer yet: \(layer.name)")
            }
        }
        return (logits, values)
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

    private func convolution(
        _ c: Convolution, _ activation: Activation?, name: String, _ input: Value, _ inputScale: Float, _ own: ActivationScale,
        residual: (Value, Float)?
    ) -> Value {
        guard let weights = model.weights[name] else { return Value(channels: 0, height: 0, width: 0, levels: []) }
        let (height, width) = (c.outputSide(input.height), c.outputSide(input.width))
        let (inputsPerGroup, outputsPerGroup) = (c.inputs / c.groups, c.outputs / c.groups)
        var result = Value(channels: c.outputs, height: height, width: width, levels: [])
        for output in 0..<c.outputs {
            let firstInput = output / outputsPerGroup * inputsPerGroup
            for y in 0..<height {
                for x in 0..<width {
                    var sum: Int32 = 0
                    for i in 0..<inputsPerGroup {
                        for ky in 0..<c.kernel {
                            for kx in 0..<c.kernel {
                                let (row, column) = (
                                    y * c.stride - c.padding.pixels(side: 0, kernel: 1, stride: 1).before + ky,
                                    x * c.stride - c.padding.pixels(side: 0, kernel: 1, stride: 1).before + kx
                                )
                                guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                                let weight = weights.values[((output * inputsPerGroup + i) * c.kernel + ky) * c.kernel + kx]
                                sum += Int32(weight) * input.levels[((firstInput + i) * input.height + row) * input.width + column]
                            }
                        }
                    }
                    var real = Float(sum) * (inputScale * weights.scales[output]) + weights.bias[output]
                    if let (other, scale) = residual { real += Float(other.levels[(output * height + y) * width + x]) * scale }
                    result.levels.append(level(apply(activation, real), own))
                }
            }
        }
        return result
    }

    private func maxPool(_ pool: MaxPool, _ input: Value) -> Value {
        let (height, width) = (pool.outputSide(input.height), pool.outputSide(input.width))
        var result = Value(channels: input.channels, height: height, width: width, levels: [])
        for channel in 0..<input.channels {
            for y in 0..<height {
                for x in 0..<width {
                    var largest = Int32.min
                    for ky in 0..<pool.kernel {
                        for kx in 0..<pool.kernel {
                            let (row, column) = (
                                y * pool.stride - pool.padding.pixels(side: 0, kernel: 1, stride: 1).before + ky,
                                x * pool.stride - pool.padding.pixels(side: 0, kernel: 1, stride: 1).before + kx
                            )
                            guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                            largest = max(largest, input.levels[(channel * input.height + row) * input.width + column])
                        }
                    }
                    result.levels.append(largest)
                }
            }
        }
        return result
    }

    private func average(_ input: Value, _ inputScale: Float, _ own: ActivationScale) -> Value {
        let area = input.height * input.width
        let levels = (0..<input.channels).map { channel -> Int32 in
            let sum = input.levels[(channel * area)..<((channel + 1) * area)].reduce(0, +)
            return level(Float(sum) / Float(area) * inputScale, own)
        }
        return Value(channels: input.channels, height: 1, width: 1, levels: levels)
    }

    private func linear(_ inputs: Int, _ outputs: Int, name: String, _ input: Value, _ inputScale: Float) -> [Float] {
        guard let weights = model.weights[name] else { return [] }
        return (0..<outputs).map { output in
            var sum: Int32 = 0
            for i in 0..<inputs { sum += Int32(weights.values[output * inputs + i]) * input.levels[i] }
            return Float(sum) * (inputScale * weights.scales[output]) + weights.bias[output]
        }
    }
}
