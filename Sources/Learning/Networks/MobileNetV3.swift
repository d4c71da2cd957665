import Engine

/// MobileNetV3-Large (Howard et al. 2019, arXiv:1905.02244, table 1), with timm's names.
enum MobileNetV3 {
    static func large100(classes: Int) -> Graph {
        MobileNetwork(
            architecture: "mobilenetv3_large_100", stem: 16,
            stages: [
                [.separable(16, .relu)],
                [.inverted(24, stride: 2, expansion: 4, .relu), .inverted(24, expansion: 3, .relu)],
                [.inverted(40, repeats: 3, kernels: [5], stride: 2, expansion: 3, squeeze: 0.25, .relu)],
                [
                    .inverted(80, stride: 2, expansion: 6, .hardSwish), .inverted(80, expansion: 2.5, .hardSwish),
                    .inverted(80, repeats: 2, expansion: 2.3, .hardSwish),
                ],
                [.inverted(112, repeats: 2, expansion: 6, squeeze: 0.25, .hardSwish)],
                [.inverted(160, repeats: 3, kernels: [5], stride: 2, expansion: 6, squeeze: 0.25, .hardSwish)],
                [.pointwise(960, .hardSwish)],
            ],
            top: .pooledFirst(features: 1280), activation: .hardSwish,
            squeeze: MobileNetwork.Squeeze(activation: .relu, gate: .hardSigmoid, isOfExpanded: true)
        ).graph(classes: classes)
    }
}
