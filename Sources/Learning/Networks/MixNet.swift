import Engine

/// MixNet (Tan and Le 2019, arXiv:1907.09595): depthwise convolutions of several kernel sizes side by side, with timm's names.
enum MixNet {
    static func small(classes: Int) -> Graph {
        network(
            "mixnet_s", stem: 16,
            stages: [
                [.separable(16, .relu)],
                [
                    .inverted(24, stride: 2, expansion: 6, parts: (2, 2), .relu), .inverted(24, expansion: 3, parts: (2, 2), .relu),
                ],
                [
                    .inverted(40, kernels: [3, 5, 7], stride: 2, expansion: 6, squeeze: 0.5, .silu),
                    .inverted(40, repeats: 3, kernels: [3, 5], expansion: 6, parts: (2, 2), squeeze: 0.5, .silu),
                ],
                [
                    .inverted(80, kernels: [3, 5, 7], stride: 2, expansion: 6, parts: (1, 2), squeeze: 0.25, .silu),
                    .inverted(80, repeats: 2, kernels: [3, 5], expansion: 6, parts: (1, 2), squeeze: 0.25, .silu),
                ],
                [
                    .inverted(120, kernels: [3, 5, 7], expansion: 6, parts: (2, 2), squeeze: 0.5, .silu),
                    .inverted(120, repeats: 2, kernels: [3, 5, 7, 9], expansion: 3, parts: (2, 2), squeeze: 0.5, .silu),
                ],
                [
                    .inverted(200, kernels: [3, 5, 7, 9, 11], stride: 2, expansion: 6, squeeze: 0.5, .silu),
                    .inverted(200, repeats: 2, kernels: [3, 5, 7, 9], expansion: 6, parts: (1, 2), squeeze: 0.5, .silu),
                ],
            ]
        ).graph(classes: classes)
    }

    static func medium(classes: Int) -> Graph { network("mixnet_m", stem: 24, stages: mediumStages).graph(classes: classes) }

    /// The medium one, 1.3 times as wide.
    static func large(classes: Int) -> Graph { network("mixnet_l", stem: 24, stages: mediumStages, width: 1.3).graph(classes: classes) }

    private static func network(_ name: String, stem: Int, stages: [[MobileBlock]], width: Double = 1) -> MobileNetwork {
        MobileNetwork(
            architecture: name, stem: stem, stages: stages, top: .convolution(features: 1536), activation: .relu, width: width)
    }

    private static var mediumStages: [[MobileBlock]] {
        [
            [.separable(24, .relu)],
            [
                .inverted(32, kernels: [3, 5, 7], stride: 2, expansion: 6, parts: (2, 2), .relu),
                .inverted(32, expansion: 3, parts: (2, 2), .relu),
            ],
            [
                .inverted(40, kernels: [3, 5, 7, 9], stride: 2, expansion: 6, squeeze: 0.5, .silu),
                .inverted(40, repeats: 3, kernels: [3, 5], expansion: 6, parts: (2, 2), squeeze: 0.5, .silu),
            ],
            [
                .inverted(80, kernels: [3, 5, 7], stride: 2, expansion: 6, squeeze: 0.25, .silu),
                .inverted(80, repeats: 3, kernels: [3, 5, 7, 9], expansion: 6, parts: (2, 2), squeeze: 0.25, .silu),
            ],
            [
                .inverted(120, expansion: 6, squeeze: 0.5, .silu),
                .inverted(120, repeats: 3, kernels: [3, 5, 7, 9], expansion: 3, parts: (2, 2), squeeze: 0.5, .silu),
            ],
            [
                .inverted(200, kernels: [3, 5, 7, 9], stride: 2, expansion: 6, squeeze: 0.5, .silu),
                .inverted(200, repeats: 3, kernels: [3, 5, 7, 9], expansion: 6, parts: (1, 2), squeeze: 0.5, .silu),
            ],
        ]
    }
}
