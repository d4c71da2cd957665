import Tensors

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
///
/// Some layers may be left in float. Such a layer computes with real numbers: a result in 8 bits is dequantised for it, the result of another layer in float is read as it is (nothing is
/// rounded in between), and so is the picture. Its own result is rounded only for layers that compute in 8 bits, on its ``activations``.
package struct QuantisedNetwork: Sendable, Equatable {
    package let network: FusedNetwork
    /// One per layer of `network`; those of features (``FusedNetwork/areFeatures``: behind a global mean, the logits among them) are not used: they are float.
    package let activations: [ActivationScale]
    /// By the name of ``FusedNetwork/Layer/Weights``: the layer's, or that of a part. None of layers left in float.
    package let weights: [String: QuantisedWeights]
    /// The indices of the layers left in float; never 0, the picture.
    package let floatLayers: Set<Int>
    /// The weights of those, under the names of ``FoldedNetwork/weights``.
    package let floatWeights: [String: FloatTensor]

    package init(
        network: FusedNetwork, activations: [ActivationScale], weights: [String: QuantisedWeights], floatLayers: Set<Int> = [],
        floatWeights: [String: FloatTensor] = [:]
    ) {
        self.network = network
        self.activations = activations
        self.weights = weights
        self.floatLayers = floatLayers
        self.floatWeights = floatWeights
    }

    /// Whether every weight has 7 bits at most (-63…63): two products of such with bytes fit 16 bits, as CPUs without wide 8-bit products
    /// (``Backend/hasWideInt8Products``) sum them.
    package var has7Bits: Bool { weights.values.allSatisfy { $0.values.allSatisfy { (-63...63).contains($0) } } }

    /// The same with `layers` in float.
    /// - Parameter folded: what this was quantised from; a tensor that it lacks is missing in the result.
    package func leaving(_ layers: Set<Int>, inFloat folded: FoldedNetwork) -> QuantisedNetwork {
        var (weights, floatWeights) = (weights, floatWeights)
        for index in layers where network.layers.indices.contains(index) {
            let layer = network.layers[index]
            for part in layer.weights { weights[part.name] = nil }
            for name in layer.floatTensors.keys { floatWeights[name] = folded.weights[name] }
        }
        return QuantisedNetwork(
            network: network, activations: activations, weights: weights, floatLayers: floatLayers.union(layers), floatWeights: floatWeights
        )
    }

    /// Whether a layer's result is made as real numbers. The picture counts as such where only layers in float read it.
    package var areFloat: [Bool] {
        var result = network.layers.indices.map { floatLayers.contains($0) }
        let readers = network.layers.indices.filter { network.layers[$0].reads(0) }
        if !result.isEmpty { result[0] = !readers.isEmpty && readers.allSatisfy { floatLayers.contains($0) } }
        return result
    }
}

extension FusedNetwork {
    /// `layers` and the layers without weights of which every picture they read is in float then: rounding before them would be for nothing.
    package func closed(inFloat layers: Set<Int>) -> Set<Int> {
        var result = layers
        let areFeatures = areFeatures
        for (index, layer) in self.layers.enumerated() where index > 0 && layer.weights.isEmpty {
            let pictures = layer.inputs.filter { !areFeatures[$0] }
            if !pictures.isEmpty, pictures.allSatisfy({ result.contains($0) }) { result.insert(index) }
        }
        return result
    }
}

extension FusedNetwork.Layer {
    /// Whether this layer's result depends directly on that of `layer`.
    package func reads(_ layer: Int) -> Bool { inputs.contains(layer) || kind.residual == layer }

    /// The tensors of ``FoldedNetwork/weights`` that belong to this layer, with their shapes.
    package var floatTensors: [String: [Int]] {
        var result: [String: [Int]] = [:]
        for part in weights {
            result["\(part.name).weight"] = part.shape
            result["\(name).bias"] = [(result["\(name).bias"]?[0] ?? 0) + part.shape[0]]
        }
        return result
    }
}
