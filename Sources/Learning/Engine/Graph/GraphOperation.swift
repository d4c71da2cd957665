/// A two-dimensional convolution, square kernel. Its weights are `[outputs, inputs / groups, kernel, kernel]`.
package struct Convolution: Sendable, Codable, Hashable {
    package var inputs: Int
    package var outputs: Int
    package var kernel: Int
    package var stride: Int
    /// Pixels added on each side.
    package var padding: Int
    package var groups: Int
    package var hasBias: Bool

    package init(inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, hasBias: Bool = false) {
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
    package func outputSide(_ side: Int) -> Int { (side + 2 * padding - kernel) / stride + 1 }
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

package struct MaxPool: Sendable, Codable, Hashable {
    package var kernel: Int
    package var stride: Int
    package var padding: Int

    package init(kernel: Int, stride: Int, padding: Int) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    package func outputSide(_ side: Int) -> Int { (side + 2 * padding - kernel) / stride + 1 }
}

package enum Activation: String, Sendable, Codable, Hashable {
    case relu, relu6
}

/// What one node of a graph computes. Activations are `[batch, channels, height, width]` up to the global pooling, `[batch, features]` after it.
package enum GraphOperation: Sendable, Codable, Hashable {
    /// The normalised picture, `[batch, channels, side, side]`.
    case input(channels: Int)
    case convolution(Convolution)
    case batchNorm(BatchNorm)
    case activation(Activation)
    /// The sum of two activations of equal shape.
    case add
    case maxPool(MaxPool)
    /// The mean over height and width: `[batch, channels]`.
    case globalAveragePool
    /// In training, zeroes each value with this probability and scales the rest by 1/(1-p); in inference, nothing.
    case dropout(probability: Float)
    /// Weights `[outputs, inputs]`, bias `[outputs]`.
    case linear(inputs: Int, outputs: Int)
}
