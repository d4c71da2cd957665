import Engine

/// FBNet-C (Wu et al. 2019, arXiv:1812.03443, found by differentiable search), with timm's names.
enum FBNet {
    static func c100(classes: Int) -> Graph {
        func block(_ channels: Int, _ repeats: Int = 1, kernel: Int, stride: Int = 1, expansion: Double) -> MobileBlock {
            .inverted(channels, repeats: repeats, kernels: [kernel], stride: stride, expansion: expansion, .relu)
        }
        return MobileNetwork(
            architecture: "fbnetc_100", stem: 16,
            stages: [
                [block(16, kernel: 3, expansion: 1)],
                [block(24, kernel: 3, stride: 2, expansion: 6), block(24, 2, kernel: 3, expansion: 1)],
                [
                    block(32, kernel: 5, stride: 2, expansion: 6), block(32, kernel: 5, expansion: 3), block(32, kernel: 5, expansion: 6),
                    block(32, kernel: 3, expansion: 6),
                ],
                [
                    block(64, kernel: 5, stride: 2, expansion: 6), block(64, kernel: 5, expansion: 3),
                    block(64, 2, kernel: 5, expansion: 6),
                ],
                [block(112, 3, kernel: 5, expansion: 6), block(112, kernel: 5, expansion: 3)],
                [block(184, 4, kernel: 5, stride: 2, expansion: 6)],
                [block(352, kernel: 3, expansion: 6)],
            ],
            top: .convolution(features: 1984), activation: .relu
        ).graph(classes: classes)
    }
}
