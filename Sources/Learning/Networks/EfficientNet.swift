import Engine

/// EfficientNet (Tan and Le 2019, arXiv:1905.11946), with timm's names. Dropout and stochastic depth are those that the paper and timm's authors train with.
enum EfficientNet {
    static func b0(classes: Int) -> Graph { network("efficientnet_b0", width: 1, depth: 1, dropout: 0.2).graph(classes: classes) }
    static func b3(classes: Int) -> Graph { network("efficientnet_b3", width: 1.2, depth: 1.4, dropout: 0.3).graph(classes: classes) }

    private static func network(_ name: String, width: Double, depth: Double, dropout: Float) -> MobileNetwork {
        func repeats(_ count: Double) -> Int { Int((count * depth).rounded(.up)) }
        func stage(_ channels: Int, _ count: Double, kernel: Int, stride: Int) -> [MobileBlock] {
            [
                .inverted(
                    channels, repeats: repeats(count), kernels: [kernel], stride: stride, expansion: 6, squeeze: 0.25, .silu)
            ]
        }
        return MobileNetwork(
            architecture: name, stem: 32,
            stages: [
                [.separable(16, repeats: repeats(1), squeeze: 0.25, .silu)],
                stage(24, 2, kernel: 3, stride: 2), stage(40, 2, kernel: 5, stride: 2), stage(80, 3, kernel: 3, stride: 2),
                stage(112, 3, kernel: 5, stride: 1), stage(192, 4, kernel: 5, stride: 2), stage(320, 1, kernel: 3, stride: 1),
            ],
            top: .convolution(features: roundedChannels(1280 * width)), activation: .silu, width: width, dropout: dropout, dropPath: 0.2)
    }
}
