import Engine
import Foundation

/// What a ``FoldedNetwork`` means in float: plain loops, sums in Double.
struct ReferenceFloat {
    /// A layer's result, `[channels, height, width]`.
    struct Value: Equatable {
        var channels: Int
        var height: Int
        var width: Int
        var numbers: [Float]
    }

    let model: FoldedNetwork

    /// - Parameter picture: normalised, `[3, side, side]`.
    /// - Returns: the result of every layer; the last is the logits.
    func run(_ picture: [Float], side: Int) -> [Value] {
        var values: [Value] = []
        for layer in model.network.layers {
            switch layer.kind {
            case .input(let channels): values.append(Value(channels: channels, height: side, width: side, numbers: picture))
            case .convolution(let convolution, let activation, let residual):
                values.append(
                    self.convolution(
                        convolution, activation, name: layer.name, values[layer.inputs[0]], residual: residual.map { values[$0] }))
            case .maxPool(let pool): values.append(maxPool(pool, values[layer.inputs[0]]))
            case .globalAveragePool:
                let input = values[layer.inputs[0]]
                let area = input.height * input.width
                let means = (0..<input.channels).map { channel in
                    Float(input.numbers[(channel * area)..<((channel + 1) * area)].reduce(0.0) { $0 + Double($1) } / Double(area))
                }
                values.append(Value(channels: input.channels, height: 1, width: 1, numbers: means))
            case .linear(let full, _): values.append(linear(full.inputs, full.outputs, name: layer.name, values[layer.inputs[0]]))
            case .add(let activation):
                var sum = values[layer.inputs[0]]
                for place in sum.numbers.indices {
                    sum.numbers[place] = apply(activation, sum.numbers[place] + values[layer.inputs[1]].numbers[place])
                }
                values.append(sum)
            case .activation(let activation):
                var result = values[layer.inputs[0]]
                for place in result.numbers.indices { result.numbers[place] = apply(activation, result.numbers[place]) }
                values.append(result)
            case .mixedConvolution, .averagePool, .channelScale, .route:
                preconditionFailure("the reference has no such layer yet: \(layer.name)")
            }
        }
        return values
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

    private func convolution(_ c: Convolution, _ activation: Activation?, name: String, _ input: Value, residual: Value?) -> Value {
        guard let weight = model.weights["\(name).weight"], let bias = model.weights["\(name).bias"] else {
            return Value(channels: 0, height: 0, width: 0, numbers: [])
        }
        let (height, width) = (c.outputSide(input.height), c.outputSide(input.width))
        let (inputsPerGroup, outputsPerGroup) = (c.inputs / c.groups, c.outputs / c.groups)
        var result = Value(channels: c.outputs, height: height, width: width, numbers: [])
        for output in 0..<c.outputs {
            let firstInput = output / outputsPerGroup * inputsPerGroup
            for y in 0..<height {
                for x in 0..<width {
                    var sum = Double(bias.values[output])
                    for i in 0..<inputsPerGroup {
                        for ky in 0..<c.kernel {
                            for kx in 0..<c.kernel {
                                let (row, column) = (
                                    y * c.stride - c.padding.pixels(side: 0, kernel: 1, stride: 1).before + ky,
                                    x * c.stride - c.padding.pixels(side: 0, kernel: 1, stride: 1).before + kx
                                )
                                guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                                let value = input.numbers[((firstInput + i) * input.height + row) * input.width + column]
                                sum +=
                                    Double(weight.values[((output * inputsPerGroup + i) * c.kernel + ky) * c.kernel + kx]) * Double(value)
                            }
                        }
                    }
                    if let residual { sum += Double(residual.numbers[(output * height + y) * width + x]) }
                    result.numbers.append(apply(activation, Float(sum)))
                }
            }
        }
        return result
    }

    private func maxPool(_ pool: MaxPool, _ input: Value) -> Value {
        let (height, width) = (pool.outputSide(input.height), pool.outputSide(input.width))
        var result = Value(channels: input.channels, height: height, width: width, numbers: [])
        for channel in 0..<input.channels {
            for y in 0..<height {
                for x in 0..<width {
                    var largest = -Float.infinity
                    for ky in 0..<pool.kernel {
                        for kx in 0..<pool.kernel {
                            let (row, column) = (
                                y * pool.stride - pool.padding.pixels(side: 0, kernel: 1, stride: 1).before + ky,
                                x * pool.stride - pool.padding.pixels(side: 0, kernel: 1, stride: 1).before + kx
                            )
                            guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                            largest = max(largest, input.numbers[(channel * input.height + row) * input.width + column])
                        }
                    }
                    result.numbers.append(largest)
                }
            }
        }
        return result
    }

    private func linear(_ inputs: Int, _ outputs: Int, name: String, _ input: Value) -> Value {
        guard let weight = model.weights["\(name).weight"], let bias = model.weights["\(name).bias"] else {
            return Value(channels: 0, height: 0, width: 0, numbers: [])
        }
        let numbers = (0..<outputs).map { output in
            Float(
                (0..<inputs).reduce(Double(bias.values[output])) {
                    $0 + Double(weight.values[output * inputs + $1]) * Double(input.numbers[$1])
                })
        }
        return Value(channels: outputs, height: 1, width: 1, numbers: numbers)
    }
}
