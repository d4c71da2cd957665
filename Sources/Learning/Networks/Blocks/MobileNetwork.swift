import Engine

/// What the networks of the MobileNet kind have in common: a 3×3 stem, stages of blocks, a head; with timm's names.
struct MobileNetwork {
    /// What stands between the last stage and the classifier.
    enum Top {
        /// 1×1 convolution with norm and activation, then the global mean.
        case convolution(features: Int)
        /// The global mean, then a 1×1 convolution with a bias and an activation (MobileNetV3: the same features for a 49th of the work).
        case pooledFirst(features: Int)
        /// The global mean alone.
        case pooled
    }

    /// The squeeze-and-excite of this family.
    struct Squeeze {
        /// Between the two linear layers; nil: the block's own.
        var activation: Activation?
        var gate: Activation = .sigmoid
        /// Whether the middle is a share of the expanded channels, rounded as channels are; else of the block's inputs.
        var isOfExpanded = false
    }

    let architecture: String
    let stem: Int
    let stages: [[MobileBlock]]
    let top: Top
    /// Of stem and top.
    let activation: Activation
    /// Whether convolutions with a stride are padded as TensorFlow does it.
    var hasSamePadding = false
    var squeeze = Squeeze()
    /// Widens every channel count, rounded.
    var width = 1.0
    /// Before the classifier.
    var dropout: Float = 0
    /// Stochastic depth of the last block; it grows linearly from 0 at the first.
    var dropPath: Float = 0

    func graph(classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: architecture)
        var x = convolution(&builder, "conv_stem", builder.input, outputs: widened(stem), kernels: [3], stride: 2)
        x = normActivation(&builder, "bn1", x, activation)
        let total = stages.reduce(0) { $0 + $1.reduce(0) { $0 + $1.repeats } }
        var done = 0
        for (stage, blocks) in stages.enumerated() {
            var index = 0
            for block in blocks {
                for number in 0..<block.repeats {
                    x = append(
                        block, to: &builder, "blocks.\(stage).\(index)", x, stride: number == 0 ? block.stride : 1,
                        dropPath: dropPath * Float(done) / Float(total))
                    index += 1
                    done += 1
                }
            }
        }
        switch top {
        case .convolution(let features):
            x = builder.convolution("conv_head", x, outputs: features, kernel: 1)
            x = builder.globalAveragePool(normActivation(&builder, "bn2", x, activation))
        case .pooledFirst(let features):
            x = builder.linear("conv_head", builder.globalAveragePool(x), outputs: features, isPointwise: true)
            x = builder.activation(activation, x)
        case .pooled: x = builder.globalAveragePool(x)
        }
        if dropout > 0 { x = builder.dropout(x, probability: dropout) }
        return builder.head("classifier", x, classes: classes)
    }

    func widened(_ channels: Int) -> Int { roundedChannels(Double(channels) * width) }
}
