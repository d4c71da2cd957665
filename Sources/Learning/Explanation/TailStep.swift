import Engine
import Tensors

/// One step of the computation behind the last feature map of one picture, forwards and backwards, in plain loops: tails are small.
///
/// Values are `[channels, area]` row-major; features are channels of area 1.
enum TailStep: Sendable {
    /// `y[o] = bias[o] + Σ weights[o, i] · x[i]` at every pixel: a linear layer, or a 1×1 convolution. Weights `[outputs, inputs]`.
    case dense(weights: [Float], bias: [Float])
    /// The mean over all pixels.
    case mean
    case activation(Activation)

    /// Whether ``steps(of:_:)`` can make steps of this kind of layer.
    static func knows(_ kind: FusedNetwork.Kind) -> Bool {
        switch kind {
        case .globalAveragePool, .linear, .activation: true
        case .convolution(let convolution, _, let residual):
            residual == nil && convolution.groups == 1 && convolution.kernel == 1 && convolution.stride == 1
                && convolution.padding.pixels(side: 1, kernel: 1, stride: 1) == (0, 0)
        case .input, .mixedConvolution, .maxPool, .averagePool, .add, .channelScale, .route: false
        }
    }

    /// The steps of a layer of a known kind: what it computes, then its activation.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` where its weights are not there.
    static func steps(of layer: FusedNetwork.Layer, _ folded: FoldedNetwork) throws(EngineError) -> [TailStep] {
        var steps: [TailStep] = []
        switch layer.kind {
        case .globalAveragePool: steps = [.mean]
        case .linear, .convolution:
            steps = [
                .dense(weights: try folded.tensor("\(layer.name).weight").values, bias: try folded.tensor("\(layer.name).bias").values)
            ]
        case .input, .mixedConvolution, .maxPool, .averagePool, .add, .channelScale, .route, .activation: break
        }
        if let activation = layer.kind.activation { steps.append(.activation(activation)) }
        return steps
    }

    /// Bytes of its weights.
    var bytes: Int {
        if case .dense(let weights, let bias) = self { return 4 * (weights.count + bias.count) }
        return 0
    }

    /// - Parameters:
    ///   - x: `[channels, area]`.
    ///   - area: pixels of a channel; 1 afterwards, where this is the mean.
    func forward(_ x: [Float], area: inout Int) -> [Float] {
        switch self {
        case .dense(let weights, let bias): return Self.dense(x, weights, bias, area)
        case .mean:
            let pixels = area
            area = 1
            return (0..<(x.count / pixels)).map { channel in
                x[(channel * pixels)..<((channel + 1) * pixels)].reduce(0, +) / Float(pixels)
            }
        case .activation(let activation): return x.map { Float(activation.value(Double($0))) }
        }
    }

    /// The gradient by the input, from that by the output.
    ///
    /// - Parameters:
    ///   - dy: `[outputs, area of the output]`.
    ///   - x: what ``forward(_:area:)`` was given.
    ///   - area: pixels of a channel of `x`.
    func backward(_ dy: [Float], x: [Float], area: Int) -> [Float] {
        switch self {
        case .dense(let weights, let bias): return Self.denseBackward(dy, weights, outputs: bias.count, inputs: x.count / area, area)
        case .mean: return x.indices.map { dy[$0 / area] / Float(area) }
        case .activation(let activation): return zip(dy, x).map { $0 * activation.slope(at: $1) }
        }
    }

    private static func dense(_ x: [Float], _ weights: [Float], _ bias: [Float], _ area: Int) -> [Float] {
        let inputs = x.count / area
        var y = [Float](repeating: 0, count: bias.count * area)
        x.withUnsafeBufferPointer { x in
            weights.withUnsafeBufferPointer { weights in
                y.withUnsafeMutableBufferPointer { y in
                    for output in bias.indices {
                        let row = output * area
                        for pixel in 0..<area { y[row + pixel] = bias[output] }
                        for input in 0..<inputs {
                            let weight = weights[output * inputs + input], from = input * area
                            for pixel in 0..<area { y[row + pixel] += weight * x[from + pixel] }
                        }
                    }
                }
            }
        }
        return y
    }

    private static func denseBackward(_ dy: [Float], _ weights: [Float], outputs: Int, inputs: Int, _ area: Int) -> [Float] {
        var dx = [Float](repeating: 0, count: inputs * area)
        dy.withUnsafeBufferPointer { dy in
            weights.withUnsafeBufferPointer { weights in
                dx.withUnsafeMutableBufferPointer { dx in
                    for output in 0..<outputs {
                        let row = output * area
                        // The gradient of one logit: all other rows are nought.
                        guard (row..<(row + area)).contains(where: { dy[$0] != 0 }) else { continue }
                        for input in 0..<inputs {
                            let weight = weights[output * inputs + input], to = input * area
                            for pixel in 0..<area { dx[to + pixel] += weight * dy[row + pixel] }
                        }
                    }
                }
            }
        }
        return dx
    }
}

extension FoldedNetwork {
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` where there is no such tensor.
    func tensor(_ name: String) throws(EngineError) -> FloatTensor {
        guard let tensor = weights[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return tensor
    }
}
