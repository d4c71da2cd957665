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
    /// By layer, what no value of a channel exceeds: the ReLU6 of an equalised network.
    var bounds: [Int: [Float]] = [:]

    /// - Parameter picture: normalised, `[3, side, side]`.
    /// - Returns: the result of every layer; the last is the logits.
    func run(_ picture: [Float], side: Int) -> [Value] {
        var values: [Value] = []
        for (index, layer) in model.network.layers.enumerated() {
            switch layer.kind {
            case .input(let channels): values.append(Value(channels: channels, height: side, width: side, numbers: picture))
            case .convolution(let convolution, let activation, let residual):
                values.append(
                    self.convolution(
                        [convolution], ["\(layer.name).weight"], activation, name: layer.name, values[layer.inputs[0]],
                        residual: residual.map { values[$0] }))
            case .mixedConvolution(let parts, let activation, let residual):
                values.append(
                    self.convolution(
                        parts, parts.indices.map { "\(layer.name).\($0).weight" }, activation, name: layer.name, values[layer.inputs[0]],
                        residual: residual.map { values[$0] }))
            case .maxPool(let pool):
                let input = values[layer.inputs[0]]
                values.append(
                    self.pool(input, pool.kernel, pool.stride, pool.padding, pool.outputSide(input.height), pool.outputSide(input.width)) {
                        $0.max() ?? 0
                    })
            case .averagePool(let pool):
                let input = values[layer.inputs[0]]
                values.append(
                    self.pool(input, pool.kernel, pool.stride, pool.padding, pool.outputSide(input.height), pool.outputSide(input.width)) {
                        window in Float(window.reduce(0.0) { $0 + Double($1) } / Double(window.count))
                    })
            case .globalAveragePool:
                let input = values[layer.inputs[0]]
                let area = input.height * input.width
                let means = (0..<input.channels).map { channel in
                    Float(input.numbers[(channel * area)..<((channel + 1) * area)].reduce(0.0) { $0 + Double($1) } / Double(area))
                }
                values.append(Value(channels: input.channels, height: 1, width: 1, numbers: means))
            case .linear(let full, let activation):
                values.append(linear(full.inputs, full.outputs, activation, name: layer.name, values[layer.inputs[0]]))
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
            case .channelScale:
                var result = values[layer.inputs[0]]
                let area = result.height * result.width
                for place in result.numbers.indices { result.numbers[place] *= values[layer.inputs[1]].numbers[place / area] }
                values.append(result)
            case .route(let sources):
                let inputs = layer.inputs.map { values[$0] }
                let area = inputs[0].height * inputs[0].width
                let numbers = sources.flatMap { source in
                    inputs[source.input].numbers[(source.channel * area)..<((source.channel + 1) * area)]
                }
                values.append(Value(channels: sources.count, height: inputs[0].height, width: inputs[0].width, numbers: numbers))
            }
            if let bounds = bounds[index] {
                let area = values[index].height * values[index].width
                for place in values[index].numbers.indices {
                    values[index].numbers[place] = min(values[index].numbers[place], bounds[place / area])
                }
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

    /// Parts side by side, each on its own channels of the input; one part is a convolution as any other.
    private func convolution(
        _ parts: [Convolution], _ names: [String], _ activation: Activation?, name: String, _ input: Value, residual: Value?
    ) -> Value {
        var result = Value(channels: 0, height: 0, width: 0, numbers: [])
        guard let bias = model.weights["\(name).bias"] else { return result }
        var firstInput = 0
        for (c, weightName) in zip(parts, names) {
            guard let weight = model.weights[weightName] else { return result }
            let (height, width) = (c.outputSide(input.height), c.outputSide(input.width))
            let top = c.padding.pixels(side: input.height, kernel: c.kernel, stride: c.stride).before
            let left = c.padding.pixels(side: input.width, kernel: c.kernel, stride: c.stride).before
            let (inputsPerGroup, outputsPerGroup) = (c.inputs / c.groups, c.outputs / c.groups)
            for output in 0..<c.outputs {
                let first = firstInput + output / outputsPerGroup * inputsPerGroup
                for y in 0..<height {
                    for x in 0..<width {
                        var sum = Double(bias.values[result.channels + output])
                        for i in 0..<inputsPerGroup {
                            for ky in 0..<c.kernel {
                                for kx in 0..<c.kernel {
                                    let (row, column) = (y * c.stride - top + ky, x * c.stride - left + kx)
                                    guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                                    let value = input.numbers[((first + i) * input.height + row) * input.width + column]
                                    sum +=
                                        Double(weight.values[((output * inputsPerGroup + i) * c.kernel + ky) * c.kernel + kx])
                                        * Double(value)
                                }
                            }
                        }
                        if let residual { sum += Double(residual.numbers[((result.channels + output) * height + y) * width + x]) }
                        result.numbers.append(apply(activation, Float(sum)))
                    }
                }
            }
            result.channels += c.outputs
            (result.height, result.width) = (height, width)
            firstInput += c.inputs
        }
        return result
    }

    /// What `combine` makes of the pixels of each window that lie inside the picture.
    private func pool(
        _ input: Value, _ kernel: Int, _ stride: Int, _ padding: Padding, _ height: Int, _ width: Int, _ combine: ([Float]) -> Float
    ) -> Value {
        let top = padding.pixels(side: input.height, kernel: kernel, stride: stride).before
        let left = padding.pixels(side: input.width, kernel: kernel, stride: stride).before
        var result = Value(channels: input.channels, height: height, width: width, numbers: [])
        for channel in 0..<input.channels {
            for y in 0..<height {
                for x in 0..<width {
                    let rows = max(0, y * stride - top)..<min(input.height, y * stride - top + kernel)
                    let columns = max(0, x * stride - left)..<min(input.width, x * stride - left + kernel)
                    let window = rows.flatMap { row in columns.map { input.numbers[(channel * input.height + row) * input.width + $0] } }
                    result.numbers.append(combine(window))
                }
            }
        }
        return result
    }

    private func linear(_ inputs: Int, _ outputs: Int, _ activation: Activation?, name: String, _ input: Value) -> Value {
        guard let weight = model.weights["\(name).weight"], let bias = model.weights["\(name).bias"] else {
            return Value(channels: 0, height: 0, width: 0, numbers: [])
        }
        let numbers = (0..<outputs).map { output in
            let sum = (0..<inputs).reduce(Double(bias.values[output])) {
                $0 + Double(weight.values[output * inputs + $1]) * Double(input.numbers[$1])
            }
            return apply(activation, Float(sum))
        }
        return Value(channels: outputs, height: 1, width: 1, numbers: numbers)
    }
}
