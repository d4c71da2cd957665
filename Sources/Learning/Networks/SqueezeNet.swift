import Engine

/// SqueezeNet (Iandola et al. 2016, arXiv:1602.07360) and its lighter revision 1.1, with torchvision's names. No batch norm; the head is a 1×1 convolution.
enum SqueezeNet {
    private enum Layer {
        case pool
        /// A 1×1 convolution that narrows, then 1×1 and 3×3 convolutions that each widen to `expanded`.
        case fire(squeezed: Int, expanded: Int)
    }

    static func original(classes: Int) -> Graph {
        graph(
            "squeezenet1_0", stem: 96, kernel: 7,
            layers: [
                .pool, .fire(squeezed: 16, expanded: 64), .fire(squeezed: 16, expanded: 64), .fire(squeezed: 32, expanded: 128),
                .pool, .fire(squeezed: 32, expanded: 128), .fire(squeezed: 48, expanded: 192), .fire(squeezed: 48, expanded: 192),
                .fire(squeezed: 64, expanded: 256), .pool, .fire(squeezed: 64, expanded: 256),
            ], classes: classes)
    }

    static func revised(classes: Int) -> Graph {
        graph(
            "squeezenet1_1", stem: 64, kernel: 3,
            layers: [
                .pool, .fire(squeezed: 16, expanded: 64), .fire(squeezed: 16, expanded: 64), .pool, .fire(squeezed: 32, expanded: 128),
                .fire(squeezed: 32, expanded: 128), .pool, .fire(squeezed: 48, expanded: 192), .fire(squeezed: 48, expanded: 192),
                .fire(squeezed: 64, expanded: 256), .fire(squeezed: 64, expanded: 256),
            ], classes: classes)
    }

    private static func graph(_ name: String, stem: Int, kernel: Int, layers: [Layer], classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: name)
        var x = builder.convolution(
            "features.0", builder.input, outputs: stem, kernel: kernel, stride: 2, padding: .symmetric(0), hasBias: true)
        x = builder.activation(.relu, x)
        for (index, layer) in layers.enumerated() {
            switch layer {
            case .pool: x = builder.maxPool(x, kernel: 3, stride: 2, ceilMode: true)
            case .fire(let squeezed, let expanded):
                // features.1 is the stem's activation.
                x = fire(&builder, "features.\(index + 2)", x, squeezed: squeezed, expanded: expanded)
            }
        }
        x = builder.dropout(x, probability: 0.5)
        x = activatedConvolution(&builder, "classifier.1", x, outputs: classes, kernel: 1)
        _ = builder.globalAveragePool(x)
        return builder.graph(headName: "classifier.1", classes: classes)
    }

    private static func fire(_ builder: inout GraphBuilder, _ name: String, _ input: Int, squeezed: Int, expanded: Int) -> Int {
        let x = activatedConvolution(&builder, "\(name).squeeze", input, outputs: squeezed, kernel: 1)
        let ones = activatedConvolution(&builder, "\(name).expand1x1", x, outputs: expanded, kernel: 1)
        let threes = activatedConvolution(&builder, "\(name).expand3x3", x, outputs: expanded, kernel: 3)
        return builder.concatenate([ones, threes])
    }

    private static func activatedConvolution(
        _ builder: inout GraphBuilder, _ name: String, _ input: Int, outputs: Int, kernel: Int
    ) -> Int {
        builder.activation(.relu, builder.convolution(name, input, outputs: outputs, kernel: kernel, hasBias: true))
    }
}
