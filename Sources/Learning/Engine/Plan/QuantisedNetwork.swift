/// How a layer's result is held in 8 bits: real = scale · q, zero is zero. Unsigned (0…255) after ReLU-like activations, signed (-128…127) elsewhere.
package struct ActivationScale: Sendable, Codable, Hashable {
    package var scale: Float
    package var isSigned: Bool

    package init(scale: Float, isSigned: Bool) {
        self.scale = scale
        self.isSigned = isSigned
    }

    /// The least and the greatest level.
    package var levels: ClosedRange<Float> { isSigned ? -128...127 : 0...255 }
}

/// The weights of one convolution (or part of a mixed one) or linear layer: signed 8 bits, symmetric, one scale per output channel: real = scales[o] · values[o, …].
package struct QuantisedWeights: Sendable, Equatable {
    package var shape: [Int]
    package var values: [Int8]
    package var scales: [Float]
    /// Bias in units of the real result (not of the accumulator), one per output channel; behind pictures a whole number of input scale · weight scale.
    package var bias: [Float]

    package init(shape: [Int], values: [Int8], scales: [Float], bias: [Float]) {
        self.shape = shape
        self.values = values
        self.scales = scales
        self.bias = bias
    }
}

/// A fused network in int8: a value, complete by itself; a backend compiles it.
package struct QuantisedNetwork: Sendable, Equatable {
    package let network: FusedNetwork
    /// One per layer of `network`; those of features (``FusedNetwork/areFeatures``: behind a global mean, the logits among them) are not used: they are float.
    package let activations: [ActivationScale]
    /// By the name of ``FusedNetwork/Layer/Weights``: the layer's, or that of a part.
    package let weights: [String: QuantisedWeights]

    package init(network: FusedNetwork, activations: [ActivationScale], weights: [String: QuantisedWeights]) {
        self.network = network
        self.activations = activations
        self.weights = weights
    }
}
