import Engine

/// The smallest network with a body and a head: a 1 × 1 convolution of the three colours, averaged over the picture, then a linear layer.
package enum ColourGraph {
    package static func graph(classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: "colour")
        let body = builder.convolution("body", builder.input, outputs: 4, kernel: 1, hasBias: true)
        let pooled = builder.globalAveragePool(body)
        return builder.head("head", pooled, classes: classes)
    }
}
