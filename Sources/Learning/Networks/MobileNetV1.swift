import Engine

/// MobileNetV1 (Howard et al. 2017, arXiv:1704.04861), width 1.0, padded as TensorFlow does it (whose weights are the published ones), with timm's names.
enum MobileNetV1 {
    static func graph(classes: Int) -> Graph {
        func stage(_ channels: Int, _ repeats: Int, stride: Int) -> [MobileBlock] {
            [.separable(channels, repeats: repeats, stride: stride, .relu6, isActivated: true)]
        }
        return MobileNetwork(
            architecture: "mobilenetv1_100", stem: 32,
            stages: [
                stage(64, 1, stride: 1), stage(128, 2, stride: 2), stage(256, 2, stride: 2), stage(512, 6, stride: 2),
                stage(1024, 2, stride: 2),
            ],
            top: .pooled, activation: .relu6, hasSamePadding: true
        ).graph(classes: classes)
    }
}
