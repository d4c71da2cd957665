import Engine

/// Residual networks (He et al. 2016, arXiv:1512.03385), with torchvision's names. The first 1×1 or 3×3 convolution with a stride is torchvision's ("v1.5" for bottlenecks).
enum ResNet {
    static func resnet18(classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: "resnet18")
        var x = builder.convolution("conv1", builder.input, outputs: 64, kernel: 7, stride: 2)
        x = builder.activation(.relu, builder.batchNorm("bn1", x))
        x = builder.maxPool(x, kernel: 3, stride: 2, padding: 1)
        for (stage, channels) in [64, 128, 256, 512].enumerated() {
            for block in 0..<2 {
                x = basicBlock(&builder, "layer\(stage + 1).\(block)", x, channels: channels, stride: stage > 0 && block == 0 ? 2 : 1)
            }
        }
        x = builder.globalAveragePool(x)
        return builder.head("fc", x, classes: classes)
    }

    /// Two 3×3 convolutions and the way around them, which is a 1×1 convolution where the shape changes.
    private static func basicBlock(_ builder: inout GraphBuilder, _ name: String, _ input: Int, channels: Int, stride: Int) -> Int {
        var x = builder.convolution("\(name).conv1", input, outputs: channels, kernel: 3, stride: stride)
        x = builder.activation(.relu, builder.batchNorm("\(name).bn1", x))
        x = builder.convolution("\(name).conv2", x, outputs: channels, kernel: 3)
        x = builder.batchNorm("\(name).bn2", x)
        var around = input
        if stride != 1 || builder.channels(of: input) != channels {
            around = builder.convolution("\(name).downsample.0", input, outputs: channels, kernel: 1, stride: stride)
            around = builder.batchNorm("\(name).downsample.1", around)
        }
        return builder.activation(.relu, builder.add(x, around))
    }
}
