import Engine

/// MnasNet-B1 (Tan et al. 2019, arXiv:1807.11626; without squeeze-and-excite), with timm's names.
enum MnasNet {
    static func b1(classes: Int) -> Graph {
        MobileNetwork(
            architecture: "mnasnet_100", stem: 32,
            stages: [
                [.separable(16, .relu)],
                [.inverted(24, repeats: 3, stride: 2, expansion: 3, .relu)],
                [.inverted(40, repeats: 3, kernels: [5], stride: 2, expansion: 3, .relu)],
                [.inverted(80, repeats: 3, kernels: [5], stride: 2, expansion: 6, .relu)],
                [.inverted(96, repeats: 2, expansion: 6, .relu)],
                [.inverted(192, repeats: 4, kernels: [5], stride: 2, expansion: 6, .relu)],
                [.inverted(320, expansion: 6, .relu)],
            ],
            top: .convolution(features: 1280), activation: .relu
        ).graph(classes: classes)
    }
}
