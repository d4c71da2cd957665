import Engine

/// A graph in plain loops and float64: the specification that plans are held against. Dropout and stochastic depth do nothing here.
struct ReferenceNetwork {
    /// A batch norm's statistics of one pass.
    struct Statistics {
        var mean: [Double]
        /// Of the batch, biased: what normalises.
        var variance: [Double]
    }

    /// What one pass leaves behind.
    struct Pass {
        var values: [Planes]
        var statistics: [Int: Statistics]

        var logits: [Double] { values.last?.numbers ?? [] }
    }

    let graph: Graph
    let shapes: [[Int]]
    var parameters: [String: [Double]]

    init(_ graph: Graph, _ parameters: ParameterSet, batch: Int, side: Int) throws {
        self.graph = graph
        shapes = try graph.shapes(batch: batch, side: side)
        self.parameters = parameters.tensors.mapValues { $0.values.map(Double.init) }
    }

    func parameter(_ name: String) -> [Double] { parameters[name] ?? [] }

    /// - Parameter isTraining: whether norms take the batch's statistics, else the running ones.
    func forward(_ pictures: [Double], isTraining: Bool) -> Pass {
        var pass = Pass(values: [], statistics: [:])
        for (index, node) in graph.nodes.enumerated() {
            let inputs = node.inputs.map { pass.values[$0] }
            var y = Planes(shape: shapes[index])
            switch node.operation {
            case .input: y.numbers = pictures
            case .convolution(let convolution):
                ReferenceConvolution(convolution: convolution, first: 0, firstOutput: 0).forward(
                    inputs[0], weight: parameter("\(node.name).weight"), bias: convolution.hasBias ? parameter("\(node.name).bias") : nil,
                    into: &y)
            case .mixedConvolution(let parts):
                for (part, convolution) in Self.placed(parts).enumerated() {
                    let outputs = convolution.firstOutput..<convolution.firstOutput + convolution.convolution.outputs
                    convolution.forward(
                        inputs[0], weight: parameter("\(node.name).\(part).weight"),
                        bias: parts.hasBias ? Array(parameter("\(node.name).bias")[outputs]) : nil, into: &y)
                }
            case .batchNorm(let norm):
                let statistics = isTraining ? Self.statistics(of: inputs[0]) : running(node.name)
                pass.statistics[index] = statistics
                y = normalised(inputs[0], node.name, norm, statistics)
            case .activation(let activation): y = inputs[0].map(activation.value)
            case .add:
                y = inputs[0]
                y.add(inputs[1])
            case .channelScale:
                y = inputs[0]
                for place in y.numbers.indices { y.numbers[place] *= inputs[1].numbers[place / y.area] }
            case .concatenate, .slice, .shuffle:
                for (channel, source) in sources(of: index).enumerated() { copy(inputs[source.input], source.channel, to: &y, channel) }
            case .maxPool(let pool):
                y = ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: true)
                    .forward(inputs[0], shape: shapes[index])
            case .averagePool(let pool):
                y = ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: false)
                    .forward(inputs[0], shape: shapes[index])
            case .globalAveragePool:
                for place in inputs[0].numbers.indices {
                    y.numbers[place / inputs[0].area] += inputs[0].numbers[place] / Double(inputs[0].area)
                }
            case .dropout, .stochasticDepth: y = inputs[0]
            case .fakeQuantisation(let grid): y = inputs[0].map { min(max(grid.level($0), grid.least), grid.greatest) * Double(grid.scale) }
            case .linear(let linear):
                let weight = parameter("\(node.name).weight"), bias = parameter("\(node.name).bias")
                for picture in 0..<y.batch {
                    for output in 0..<linear.outputs {
                        var sum = linear.hasBias ? bias[output] : 0
                        for i in 0..<linear.inputs {
                            sum += weight[output * linear.inputs + i] * inputs[0].numbers[picture * linear.inputs + i]
                        }
                        y.numbers[picture * linear.outputs + output] = sum
                    }
                }
            }
            pass.values.append(y)
        }
        return pass
    }

    /// The running statistics after a pass in training mode (PyTorch: the unbiased variance enters with the norm's momentum).
    func runningStatistics(after pass: Pass) -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        for (index, statistics) in pass.statistics {
            guard case .batchNorm(let norm) = graph.nodes[index].operation else { continue }
            let name = graph.nodes[index].name, x = pass.values[graph.nodes[index].inputs[0]]
            let count = Double(x.batch * x.area), momentum = Double(norm.momentum)
            result["\(name).running_mean"] = zip(parameter("\(name).running_mean"), statistics.mean).map {
                (1 - momentum) * $0 + momentum * $1
            }
            result["\(name).running_var"] = zip(parameter("\(name).running_var"), statistics.variance).map {
                (1 - momentum) * $0 + momentum * $1 * count / (count - 1)
            }
        }
        return result
    }

    private func running(_ name: String) -> Statistics {
        Statistics(mean: parameter("\(name).running_mean"), variance: parameter("\(name).running_var"))
    }

    private static func statistics(of x: Planes) -> Statistics {
        let count = Double(x.batch * x.area)
        var statistics = Statistics(
            mean: [Double](repeating: 0, count: x.channels), variance: [Double](repeating: 0, count: x.channels))
        for place in x.numbers.indices { statistics.mean[place / x.area % x.channels] += x.numbers[place] / count }
        for place in x.numbers.indices {
            let channel = place / x.area % x.channels, difference = x.numbers[place] - statistics.mean[channel]
            statistics.variance[channel] += difference * difference / count
        }
        return statistics
    }

    private func normalised(_ x: Planes, _ name: String, _ norm: BatchNorm, _ statistics: Statistics) -> Planes {
        let scale = parameter("\(name).weight"), shift = parameter("\(name).bias")
        var y = x
        for place in x.numbers.indices {
            let channel = place / x.area % x.channels
            y.numbers[place] =
                (x.numbers[place] - statistics.mean[channel]) / (statistics.variance[channel] + Double(norm.epsilon)).squareRoot()
                * scale[channel] + shift[channel]
        }
        return y
    }

    /// The parts of a mixed convolution, each at its channels.
    static func placed(_ parts: [Convolution]) -> [ReferenceConvolution] {
        var first = 0, firstOutput = 0
        return parts.map { part in
            defer { (first, firstOutput) = (first + part.inputs, firstOutput + part.outputs) }
            return ReferenceConvolution(convolution: part, first: first, firstOutput: firstOutput)
        }
    }

    /// Where each channel of a rearranging node comes from.
    func sources(of index: Int) -> [(input: Int, channel: Int)] {
        let node = graph.nodes[index]
        let all = node.inputs.enumerated().flatMap { number, input in (0..<shapes[input][1]).map { (input: number, channel: $0) } }
        switch node.operation {
        case .slice(let start, let count): return Array(all[start..<start + count])
        // Channels written as a matrix with a row for each group, and read column by column.
        case .shuffle(let groups): return (0..<all.count).map { all[$0 % groups * (all.count / groups) + $0 / groups] }
        default: return all
        }
    }

    private func copy(_ x: Planes, _ channel: Int, to y: inout Planes, _ target: Int) {
        for picture in 0..<x.batch {
            let (from, to) = (x.start(picture, channel), y.start(picture, target))
            for pixel in 0..<x.area { y.numbers[to + pixel] = x.numbers[from + pixel] }
        }
    }
}
