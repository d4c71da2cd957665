import Engine

/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), width 1.0, with torchvision's names.
enum MobileNetV2 {
    /// Expansion, channels, blocks, stride of the first block: table 2 of the paper.
    private static let stages: [(expansion: Int, channels: Int, blocks: Int, stride: Int)] = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    static func graph(classes: Int) -> Graph {
        var builder = GraphBuilder(architecture: "mobilenet_v2")
        var x = convolutionNormActivation(&builder, "features.0", builder.input, outputs: 32, kernel: 3, stride: 2)
        var index = 1
        for stage in stages {
            for block in 0..<stage.blocks {
                x = invertedResidual(
                    &builder, "features.\(index).conv", x, expansion: stage.expansion, channels: stage.channels,
                    stride: block == 0 ? stage.stride : 1)
                index += 1
            }
        }
        x = convolutionNormActivation(&builder, "features.\(index)", x, outputs: 1280, kernel: 1)
        x = builder.dropout(builder.globalAveragePool(x), probability: 0.2)
        return builder.head("classifier.1", x, classes: classes)
    }

    /// Convolution `NAME.0`, norm `NAME.1`, ReLU6.
    private static func convolutionNormActivation(
        _ builder: inout GraphBuilder, _ name: String, _ input: Int, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1
    ) -> Int {
        let x = builder.convolution("\(name).0", input, outputs: outputs, kernel: kernel, stride: stride, groups: groups)
        return builder.activation(.relu6, builder.batchNorm("\(name).1", x))
    }

    /// 1×1 expansion (left out where it would expand by 1), 3×3 depthwise, linear 1×1 projection; added to its input where the shape allows.
    private static func invertedResidual(
        _ builder: inout GraphBuilder, _ name: String, _ input: Int, expansion: Int, channels: Int, stride: Int
    ) -> Int {
        let inputs = builder.channels(of: input)
        let hidden = inputs * expansion
        var x = input
        var part = 0
        if expansion != 1 {
            x = convolutionNormActivation(&builder, "\(name).0", x, outputs: hidden, kernel: 1)
            part = 1
        }
        x = convolutionNormActivation(&builder, "\(name).\(part)", x, outputs: hidden, kernel: 3, stride: stride, groups: hidden)
        x = builder.convolution("\(name).\(part + 1)", x, outputs: channels, kernel: 1)
        x = builder.batchNorm("\(name).\(part + 2)", x)
        return stride == 1 && inputs == channels ? builder.add(input, x) : x
    }
}
