/// A two-dimensional convolution, square kernel. Its weights are `[outputs, inputs / groups, kernel, kernel]`.
package struct Convolution: Sendable, Codable, Hashable {
    package var inputs: Int
    package var outputs: Int
    package var kernel: Int
    package var stride: Int
    package var padding: Padding
    package var groups: Int
    package var hasBias: Bool

    package init(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = .symmetric(0), groups: Int = 1, hasBias: Bool = false
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.groups = groups
        self.hasBias = hasBias
    }

    package var isDepthwise: Bool { groups == inputs && groups == outputs && groups > 1 }
    package var weightShape: [Int] { [outputs, inputs / groups, kernel, kernel] }
    package func outputSide(_ side: Int) -> Int { padding.outputSide(side, kernel: kernel, stride: stride) }
}

extension [Convolution] {
    /// Whether convolutions side by side have a bias: all of them do.
    package var hasBias: Bool { !isEmpty && allSatisfy(\.hasBias) }
}

package struct BatchNorm: Sendable, Codable, Hashable {
    package var channels: Int
    package var epsilon: Float
    /// The share of the batch's statistics that enters the running ones (PyTorch's convention).
    package var momentum: Float

    package init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
        self.channels = channels
        self.epsilon = epsilon
        self.momentum = momentum
    }
}

/// Max pooling over square windows.
package struct MaxPool: Sendable, Codable, Hashable {
    package var kernel: Int
    package var stride: Int
    package var padding: Padding
    /// Whether a last window that begins inside the picture but reaches beyond it counts (PyTorch's `ceil_mode`).
    package var ceilMode: Bool

    package init(kernel: Int, stride: Int, padding: Padding = .symmetric(0), ceilMode: Bool = false) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.ceilMode = ceilMode
    }

    /// The pixels before and after a side, the ones that ceil mode adds included.
    package func pixels(side: Int) -> (before: Int, after: Int) {
        let (before, after) = padding.pixels(side: side, kernel: kernel, stride: stride)
        guard ceilMode else { return (before, after) }
        return (before, max(after, (outputSide(side) - 1) * stride + kernel - side - before))
    }

    package func outputSide(_ side: Int) -> Int {
        let (before, after) = padding.pixels(side: side, kernel: kernel, stride: stride)
        let room = side + before + after - kernel
        guard ceilMode, room % stride != 0 else { return room < 0 ? 0 : room / stride + 1 }
        // One window more, be it the first; the last window must begin inside the picture or its padding before.
        let windows = room < 0 ? (room > -stride ? 1 : 0) : room / stride + 2
        return (windows - 1) * stride < side + before ? windows : windows - 1
    }
}

/// Average pooling over square windows; padded pixels are not counted.
package struct AveragePool: Sendable, Codable, Hashable {
    package var kernel: Int
    package var stride: Int
    package var padding: Padding

    package init(kernel: Int, stride: Int, padding: Padding = .symmetric(0)) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    package func outputSide(_ side: Int) -> Int { padding.outputSide(side, kernel: kernel, stride: stride) }
}

/// A linear layer on features: weights `[outputs, inputs]`, or `[outputs, inputs, 1, 1]` where the published network writes it as a 1×1 convolution.
package struct Linear: Sendable, Codable, Hashable {
    package var inputs: Int
    package var outputs: Int
    package var hasBias: Bool
    /// Whether its weights are stored as those of a 1×1 convolution.
    package var isPointwise: Bool

    package init(inputs: Int, outputs: Int, hasBias: Bool = true, isPointwise: Bool = false) {
        self.inputs = inputs
        self.outputs = outputs
        self.hasBias = hasBias
        self.isPointwise = isPointwise
    }

    package var weightShape: [Int] { isPointwise ? [outputs, inputs, 1, 1] : [outputs, inputs] }
}

package enum Activation: String, Sendable, Codable, Hashable, CaseIterable {
    /// max(0, x)
    case relu
    /// min(max(0, x), 6)
    case relu6
    /// x · relu6(x + 3) / 6 (Howard et al. 2019, arXiv:1905.02244, section 5.2)
    case hardSwish
    /// x / (1 + e⁻ˣ), also called swish
    case silu
    /// 1 / (1 + e⁻ˣ)
    case sigmoid
    /// relu6(x + 3) / 6
    case hardSigmoid
}

/// What one node of a graph computes. Activations are pictures, `[batch, channels, height, width]`, or features, `[batch, features]`, which global pooling makes of pictures.
package enum GraphOperation: Sendable, Codable, Hashable {
    /// The normalised picture, `[batch, channels, side, side]`.
    case input(channels: Int)
    case convolution(Convolution)
    /// Convolutions of one stride side by side, each with its own kernel: the input's channels are split among them in order, their results concatenated (Tan and Le
    /// 2019, arXiv:1907.09595). Part `i`'s weights are `<name>.<i>.weight`; where the parts have a bias it is one for all, `<name>.bias`.
    case mixedConvolution([Convolution])
    case batchNorm(BatchNorm)
    /// Of pictures or features.
    case activation(Activation)
    /// The sum of two activations of equal shape.
    case add
    /// Pictures (first input) times one number for each picture and channel (second input, features): the "excite" of squeeze-and-excite (Hu et al. 2018, arXiv:1709.01507).
    case channelScale
    /// Pictures one behind the other along the channels.
    case concatenate
    /// `count` channels from `start` on.
    case slice(start: Int, count: Int)
    /// Channels read as `[groups, channels / groups]` and written as `[channels / groups, groups]` (Zhang et al. 2018, arXiv:1707.01083).
    case shuffle(groups: Int)
    case maxPool(MaxPool)
    case averagePool(AveragePool)
    /// The mean over height and width: features.
    case globalAveragePool
    /// In training, zeroes each value with this probability and scales the rest by 1/(1-p); in inference, nothing.
    case dropout(probability: Float)
    /// In training, zeroes all of a picture with this probability and scales the others by 1/(1-p) (Huang et al. 2016, arXiv:1603.09382); in inference, nothing.
    case stochasticDepth(probability: Float)
    case linear(Linear)
    /// In training, pictures as int8 holds them: scale · clamp(round(x / scale)), half to even; the gradient passes where x lies within the grid, as if nothing was rounded (the
    /// straight-through estimator: Bengio et al. 2013, arXiv:1308.3432; Jacob et al. 2018, arXiv:1712.05877, section 3). In inference, nothing: int8 plans round by themselves.
    case fakeQuantisation(ActivationScale)
}
