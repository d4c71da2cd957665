import Engine

extension ReferenceNetwork {
    /// The gradient of every trainable parameter, by name.
    /// - Parameters:
    ///   - pass: a pass in training mode.
    ///   - logitGradient: `[batch, classes]`.
    func backward(_ pass: Pass, _ logitGradient: [Double]) -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        var gradients = shapes.map { Planes(shape: $0) }
        gradients[graph.nodes.count - 1].numbers = logitGradient
        for index in graph.nodes.indices.reversed() {
            let node = graph.nodes[index], dy = gradients[index]
            guard let input = node.inputs.first else { continue }
            let x = pass.values[input]
            switch node.operation {
            case .input: break
            case .convolution(let convolution):
                let weight = parameter("\(node.name).weight")
                var gradient = [Double](repeating: 0, count: weight.count)
                ReferenceConvolution(convolution: convolution, first: 0, firstOutput: 0).backward(
                    x, dy, weight: weight, dx: &gradients[input], dweight: &gradient)
                result["\(node.name).weight"] = gradient
                if convolution.hasBias { result["\(node.name).bias"] = sums(dy) }
            case .mixedConvolution(let parts):
                for (part, convolution) in Self.placed(parts).enumerated() {
                    let weight = parameter("\(node.name).\(part).weight")
                    var gradient = [Double](repeating: 0, count: weight.count)
                    convolution.backward(x, dy, weight: weight, dx: &gradients[input], dweight: &gradient)
                    result["\(node.name).\(part).weight"] = gradient
                }
                if parts.hasBias { result["\(node.name).bias"] = sums(dy) }
            case .batchNorm(let norm):
                guard let statistics = pass.statistics[index] else { continue }
                let (dx, scale, shift) = norm.gradients(x, dy, statistics, scale: parameter("\(node.name).weight"))
                gradients[input].add(dx)
                result["\(node.name).weight"] = scale
                result["\(node.name).bias"] = shift
            case .activation(let activation):
                for place in x.numbers.indices {
                    gradients[input].numbers[place] += dy.numbers[place] * activation.derivative(x.numbers[place])
                }
            case .add: for source in node.inputs { gradients[source].add(dy) }
            case .channelScale:
                let factors = pass.values[node.inputs[1]]
                for place in x.numbers.indices {
                    gradients[input].numbers[place] += dy.numbers[place] * factors.numbers[place / x.area]
                    gradients[node.inputs[1]].numbers[place / x.area] += dy.numbers[place] * x.numbers[place]
                }
            case .concatenate, .slice, .shuffle:
                for (channel, source) in sources(of: index).enumerated() {
                    let target = node.inputs[source.input]
                    for picture in 0..<dy.batch {
                        let (from, to) = (dy.start(picture, channel), gradients[target].start(picture, source.channel))
                        for pixel in 0..<dy.area { gradients[target].numbers[to + pixel] += dy.numbers[from + pixel] }
                    }
                }
            case .maxPool(let pool):
                ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: true)
                    .backward(x, dy, dx: &gradients[input])
            case .averagePool(let pool):
                ReferencePool(kernel: pool.kernel, stride: pool.stride, padding: pool.padding, isMaximum: false)
                    .backward(x, dy, dx: &gradients[input])
            case .globalAveragePool:
                for place in x.numbers.indices { gradients[input].numbers[place] += dy.numbers[place / x.area] / Double(x.area) }
            case .dropout, .stochasticDepth: gradients[input].add(dy)
            case .fakeQuantisation(let grid):
                for place in x.numbers.indices where (grid.least...grid.greatest).contains(grid.level(x.numbers[place])) {
                    gradients[input].numbers[place] += dy.numbers[place]
                }
            case .linear(let linear):
                let weight = parameter("\(node.name).weight")
                var gradient = [Double](repeating: 0, count: weight.count)
                for picture in 0..<dy.batch {
                    for output in 0..<linear.outputs {
                        let g = dy.numbers[picture * linear.outputs + output]
                        for i in 0..<linear.inputs {
                            gradient[output * linear.inputs + i] += g * x.numbers[picture * linear.inputs + i]
                            gradients[input].numbers[picture * linear.inputs + i] += g * weight[output * linear.inputs + i]
                        }
                    }
                }
                result["\(node.name).weight"] = gradient
                if linear.hasBias { result["\(node.name).bias"] = sums(dy) }
            }
        }
        return result
    }

    /// The sum over pictures and pixels of each channel.
    private func sums(_ dy: Planes) -> [Double] {
        var sums = [Double](repeating: 0, count: dy.channels)
        for place in dy.numbers.indices { sums[place / dy.area % dy.channels] += dy.numbers[place] }
        return sums
    }
}

extension BatchNorm {
    /// Ioffe and Szegedy 2015 (arXiv:1502.03167), section 3: the gradients of input, scale and shift.
    func gradients(
        _ x: Planes, _ dy: Planes, _ statistics: ReferenceNetwork.Statistics, scale: [Double]
    ) -> (input: Planes, scale: [Double], shift: [Double]) {
        let count = Double(x.batch * x.area)
        let inverse = statistics.variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
        var dscale = [Double](repeating: 0, count: channels), dshift = dscale
        func normalised(_ place: Int, _ channel: Int) -> Double { (x.numbers[place] - statistics.mean[channel]) * inverse[channel] }
        for place in x.numbers.indices {
            let channel = place / x.area % x.channels
            dshift[channel] += dy.numbers[place]
            dscale[channel] += dy.numbers[place] * normalised(place, channel)
        }
        var dx = dy
        for place in x.numbers.indices {
            let channel = place / x.area % x.channels
            dx.numbers[place] =
                scale[channel] * inverse[channel]
                * (dy.numbers[place] - dshift[channel] / count - normalised(place, channel) * dscale[channel] / count)
        }
        return (dx, dscale, dshift)
    }
}
