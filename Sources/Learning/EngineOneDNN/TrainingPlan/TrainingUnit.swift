import Engine

/// What a training plan runs as one: a node of the graph, or several nodes that one kernel does.
struct TrainingUnit {
    enum Kind {
        /// Convolutions side by side (most often one), each with the name of its weights, and a ReLU or ReLU6 behind them.
        case convolution([ConvolutionPart], activation: Activation?)
        /// `act(depth · norm(x) + residual)`; `depth` is the probability of stochastic depth.
        case norm(BatchNorm, depth: Float, residual: Int?, activation: Activation?)
        /// `act(norm(x))` of which only the mean over the pixels is kept, as the result of node `pool`: squeeze-and-excite.
        case squeezedNorm(BatchNorm, activation: Activation?, pool: Int)
        /// `act(norm(x))`, made again, times the features of node `gate`; `norm` is the output of the norm's own unit.
        case gatedNorm(norm: Int, gate: Int)
        /// `act(x + residual)` that no norm and no convolution could take in.
        case elementwise(residual: Int?, activation: Activation?)
        case maxPool(MaxPool)
        case averagePool(AveragePool)
        case globalAveragePool
        case dropout(Float)
        case stochasticDepth(Float)
        /// Pictures times the features of node `gate`.
        case channelScale(gate: Int)
        /// Channels of other nodes, rearranged.
        case route([ChannelOrigin])
        case linear(Linear)
        /// The result as int8 holds it.
        case fakeQuantisation(ActivationScale)
    }

    /// The name of the node, or its number where it has none.
    let name: String
    let kind: Kind
    /// The node whose result it reads (of several the first), and the node whose result it makes.
    let input: Int
    let output: Int
}

/// One of the convolutions that lie side by side.
struct ConvolutionPart {
    let convolution: Convolution
    /// `features.0.0.weight`.
    let weight: String
}

/// A channel of a node's result.
struct ChannelOrigin: Hashable {
    let node: Int
    let channel: Int
}

extension Activation? {
    /// The kernels' name of it.
    var code: UInt32 {
        switch self {
        case nil: 0
        case .relu: 1
        case .relu6: 2
        case .hardSwish: 3
        case .silu: 4
        case .sigmoid: 5
        case .hardSigmoid: 6
        }
    }
}

extension Activation {
    /// Whether the derivative follows from the result; of the others it needs the argument.
    var isInvertible: Bool {
        switch self {
        case .relu, .relu6, .sigmoid, .hardSigmoid: true
        case .hardSwish, .silu: false
        }
    }
}
