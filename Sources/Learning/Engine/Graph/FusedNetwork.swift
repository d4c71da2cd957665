import Tensors

/// A graph as inference runs it: batch norm folded into the convolution before it, activation and residual addition fused into the convolution that makes them, dropout gone.
///
/// Layer 0 is the input, the last layer is the logits.
package struct FusedNetwork: Sendable, Codable, Equatable {
    package enum Kind: Sendable, Codable, Equatable {
        case input(channels: Int)
        /// `activation(convolution(x) + bias + residual)`; weights under `<name>.weight` and `<name>.bias`. `residual` is the index of the layer that is added.
        case convolution(Convolution, activation: Activation?, residual: Int?)
        /// The same of parts side by side: weights under `<name>.<part>.weight`, one bias for all under `<name>.bias`.
        case mixedConvolution([Convolution], activation: Activation?, residual: Int?)
        case maxPool(MaxPool)
        case averagePool(AveragePool)
        case globalAveragePool
        /// `activation(weights · x + bias)`; weights under `<name>.weight` and `<name>.bias`.
        case linear(Linear, activation: Activation?)
        /// An addition or activation that could not be fused.
        case add(activation: Activation?)
        case activation(Activation)
        /// Pictures (first input) times features (second input): one number for each picture and channel.
        case channelScale
        /// A result whose channel `c` is channel `sources[c].channel` of its input number `sources[c].input`: every concatenation, slice and shuffle, also
        /// several behind one another.
        case route([ChannelSource])
    }

    /// Where one channel of a ``Kind/route(_:)`` comes from.
    package struct ChannelSource: Sendable, Codable, Hashable {
        /// Position in the layer's `inputs`.
        package let input: Int
        package let channel: Int

        package init(input: Int, channel: Int) {
            self.input = input
            self.channel = channel
        }
    }

    package struct Layer: Sendable, Codable, Equatable {
        package let name: String
        package let kind: Kind
        package let inputs: [Int]

        package init(name: String, kind: Kind, inputs: [Int]) {
            self.name = name
            self.kind = kind
            self.inputs = inputs
        }
    }

    package let architecture: String
    package let classes: Int
    package let layers: [Layer]

    package init(architecture: String, classes: Int, layers: [Layer]) {
        self.architecture = architecture
        self.classes = classes
        self.layers = layers
    }
}

/// A fused network with its folded float weights: `<layer>.weight` (batch norm multiplied in) and `<layer>.bias`.
package struct FoldedNetwork: Sendable, Equatable {
    package let network: FusedNetwork
    package let weights: [String: FloatTensor]

    package init(network: FusedNetwork, weights: [String: FloatTensor]) {
        self.network = network
        self.weights = weights
    }
}
