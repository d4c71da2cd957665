import Engine

/// Residual networks (He et al. 2016, arXiv:1512.03385), with torchvision's names. A bottleneck's stride is at its 3×3 convolution, as torchvision has it ("v1.5").
enum ResNet {
    static func resnet18(classes: Int) -> Graph { graph("resnet18", blocks: [2, 2, 2, 2], block: basicBlock, classes: classes) }
    static func resnet50(classes: Int) -> Graph { graph("resnet50", blocks: [3, 4, 6, 3], block: bottleneck, classes: classes) }
    static func resnet101(classes: Int) -> Graph { graph("resnet101", blocks: [3, 4, 23, 3], block: bottleneck, classes: classes) }

    /// Appends a block of so many channels to the node `input`.
    private typealias Block = (inout GraphBuilder, _ name: String, _ input: Int, _ channels: Int, _ stride: Int) -> Int

    private static func graph(_ name: String, blocks: [Int], block: Block, classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: name)
        var x = convolutionNorm(&builder, "conv1", "bn1", builder.input, outputs: 64, kernel: 7, stride: 2)
        x = builder.maxPool(builder.activation(.relu, x), kernel: 3, stride: 2, padding: 1)
        for (stage, count) in blocks.enumerated() {
            for number in 0..<count {
                x = block(&builder, "layer\(stage + 1).\(number)", x, 64 << stage, stage > 0 && number == 0 ? 2 : 1)
            }
        }
        return builder.head("fc", builder.globalAveragePool(x), classes: classes)
    }

    /// Two 3×3 convolutions.
    private static func basicBlock(_ builder: inout GraphBuilder, _ name: String, _ input: Int, _ channels: Int, _ stride: Int) -> Int {
        var x = convolutionNorm(&builder, "\(name).conv1", "\(name).bn1", input, outputs: channels, kernel: 3, stride: stride)
        x = builder.activation(.relu, x)
        x = convolutionNorm(&builder, "\(name).conv2", "\(name).bn2", x, outputs: channels, kernel: 3)
        return addWayAround(&builder, name, x, input, stride: stride)
    }

    /// 1×1 to narrow, 3×3, 1×1 to widen four times.
    private static func bottleneck(_ builder: inout GraphBuilder, _ name: String, _ input: Int, _ channels: Int, _ stride: Int) -> Int {
        var x = convolutionNorm(&builder, "\(name).conv1", "\(name).bn1", input, outputs: channels, kernel: 1)
        x = builder.activation(.relu, x)
        x = convolutionNorm(&builder, "\(name).conv2", "\(name).bn2", x, outputs: channels, kernel: 3, stride: stride)
        x = builder.activation(.relu, x)
        x = convolutionNorm(&builder, "\(name).conv3", "\(name).bn3", x, outputs: 4 * channels, kernel: 1)
        return addWayAround(&builder, name, x, input, stride: stride)
    }

    /// Adds a block's input to its result, through a 1×1 convolution where the shape changed.
    private static func addWayAround(_ builder: inout GraphBuilder, _ name: String, _ x: Int, _ input: Int, stride: Int) -> Int {
        var around = input
        let outputs = builder.channels(of: x)
        if stride != 1 || builder.channels(of: input) != outputs {
            around = convolutionNorm(
                &builder, "\(name).downsample.0", "\(name).downsample.1", input, outputs: outputs, kernel: 1, stride: stride)
        }
        return builder.activation(.relu, builder.add(x, around))
    }

    private static func convolutionNorm(
        _ builder: inout GraphBuilder, _ name: String, _ norm: String, _ input: Int, outputs: Int, kernel: Int, stride: Int = 1
    ) -> Int {
        builder.batchNorm(norm, builder.convolution(name, input, outputs: outputs, kernel: kernel, stride: stride))
    }
}
