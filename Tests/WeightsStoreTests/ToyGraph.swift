import Engine

/// The network of Tests/References/make_pytorch_files.py.
enum ToyGraph {
    static func graph(classes: Int = 1000) -> Graph {
        var builder = GraphBuilder(architecture: "toy")
        var x = builder.convolution("stem.conv", builder.input, outputs: 4, kernel: 3, stride: 2)
        x = builder.batchNorm("stem.bn", x)
        x = builder.convolution("block.conv", x, outputs: 4, kernel: 3, groups: 4)
        x = builder.batchNorm("block.bn", x)
        return builder.head("classifier", builder.globalAveragePool(x), classes: classes)
    }
}
