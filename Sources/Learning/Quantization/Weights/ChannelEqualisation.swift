import Engine
import Tensors

/// Divides every channel of a layer's result by a factor of its own, so that channels of small values use more of the one 8-bit grid that the layer has.
///
/// Channel c of range r gets the factor a = r^½ · R^½, R the largest range of its layer: half of the difference is taken from the grid, the other half is left to the weights of the
/// layers behind (a whole, a = r, would make theirs as uneven as the channels were). The factors go into the weights: those that make channel c, and its bias, are divided
/// by a, those that read it multiplied. In real numbers nothing changes, because convolutions are linear, and ReLU, max pooling, means and sums commute with a positive
/// factor. Source: Nagel et al. 2019, arXiv:1906.04721, section 4.1, with the ranges of activations in place of those of weights.
///
/// Channels that must have one scale (the operands of a sum and the sum, a pooling and what it reads, …) share the factor of the largest. Layers
/// behind other activations than ReLU and ReLU6, the picture, the logits, gates, and what hangs together with them keep their values.
///
/// ReLU6 is bounded at 6 / a, which is another bound for each channel; where the top of the layer's grid does not lie above the least of them it is replaced by ReLU, and the
/// grid clips. Where it does, the layer and all that share its factors keep their values.
package struct ChannelEqualisation: Sendable {
    /// Channels whose range is less than this share of the largest are treated as if it were that.
    package static let leastShare = 1e-3

    /// One for each channel of each layer, 1 where it keeps its values.
    package let factors: [[Double]]
    /// The largest value of each layer that its grid is to hold, after division by the factors; nil for layers that keep their values.
    package let tops: [Double?]

    /// - Parameters:
    ///   - ranges: of each channel of each layer, from ``Calibration/channelRanges(_:)``.
    ///   - floatLayers: indices of layers that have no grid, which keep their values: none would clip a ReLU6's.
    package init(_ network: FusedNetwork, ranges: [[Double]], floatLayers: Set<Int> = []) {
        let groups = ChannelGroups(network, fixed: floatLayers)
        var factors = network.channels.map { [Double](repeating: 1, count: $0) }
        var tops = [Double?](repeating: nil, count: factors.count)
        for family in groups.families() where !groups.isFixed[family[0]] {
            var largest: [Int: Double] = [:]
            for layer in family {
                for (channel, range) in ranges[layer].enumerated() {
                    largest[groups.set(layer, channel), default: 0] = max(largest[groups.set(layer, channel)] ?? 0, range)
                }
            }
            guard let top = largest.values.max(), Float(top).isNormal, top.isFinite else { continue }
            let factor = largest.mapValues { (max($0, top * Self.leastShare) * top).squareRoot() }
            var scaled: [(layer: Int, factors: [Double], top: Double)] = []
            for layer in family {
                let own = factors[layer].indices.map { factor[groups.set(layer, $0)] ?? 1 }
                scaled.append((layer, own, zip(ranges[layer], own).reduce(0) { max($0, $1.0 / $1.1) }))
            }
            let holds = scaled.allSatisfy { layer, own, top in
                network.layers[layer].kind.activation != .relu6 || own.allSatisfy { top * $0 <= 6 * (1 + 1e-6) }
            }
            guard holds else { continue }
            for (layer, own, top) in scaled {
                factors[layer] = own
                let bound = network.layers[layer].kind.activation == .relu6 ? 6 / (own.max() ?? 1) : .infinity
                tops[layer] = min(top, bound)
            }
        }
        self.factors = factors
        self.tops = tops
    }

    /// The same function with its channels divided by the factors, but for the upper bound of ReLU6, which is the grid's to keep.
    /// - Throws: ``QuantizationError/missingWeights(layer:)``.
    package func applied(to folded: FoldedNetwork) throws(QuantizationError) -> FoldedNetwork {
        var weights = folded.weights
        var layers: [FusedNetwork.Layer] = []
        for (index, layer) in folded.network.layers.enumerated() {
            let outputs = factors[index]
            for block in WeightBlock.blocks(of: layer) {
                guard var tensor = weights[block.name], tensor.values.count == block.count else { throw .missingWeights(layer: layer.name) }
                let inputs = factors[layer.inputs[0]]
                for place in tensor.values.indices {
                    tensor.values[place] = Float(Double(tensor.values[place]) * inputs[block.input(place)] / outputs[block.output(place)])
                }
                weights[block.name] = tensor
            }
            if var bias = weights["\(layer.name).bias"], bias.values.count == outputs.count {
                for channel in outputs.indices { bias.values[channel] = Float(Double(bias.values[channel]) / outputs[channel]) }
                weights["\(layer.name).bias"] = bias
            }
            let isBounded = layer.kind.activation == .relu6 && tops[index] != nil
            layers.append(
                FusedNetwork.Layer(
                    name: layer.name, kind: isBounded ? layer.kind.with(activation: .relu) : layer.kind, inputs: layer.inputs))
        }
        return FoldedNetwork(
            network: FusedNetwork(architecture: folded.network.architecture, classes: folded.network.classes, layers: layers),
            weights: weights)
    }
}
