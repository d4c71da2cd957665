import Engine

/// Every network that can be trained and served.
package enum NetworkCatalogue {
    /// In alphabetical order.
    package static let all: [NetworkEntry] = [
        entry("efficientnet_b0", .nas, build: EfficientNet.b0),
        entry("efficientnet_b3", .nas, isCompact: false, build: EfficientNet.b3),
        entry("fbnetc_100", .nas, build: FBNet.c100),
        entry("mixnet_l", .nas, build: MixNet.large),
        entry("mixnet_m", .nas, build: MixNet.medium),
        entry("mixnet_s", .nas, build: MixNet.small),
        entry("mnasnet_100", .nas, build: MnasNet.b1),
        entry("mobilenet_v2", .manual, build: MobileNetV2.graph),
        entry("mobilenetv1_100", .manual, build: MobileNetV1.graph),
        entry("mobilenetv3_large_100", .nas, build: MobileNetV3.large100),
        entry("resnet101", .manual, isCompact: false, build: ResNet.resnet101),
        entry("resnet18", .manual, build: ResNet.resnet18),
        entry("resnet50", .manual, isCompact: false, build: ResNet.resnet50),
        entry("shufflenet_v2_x0_5", .manual, build: ShuffleNetV2.halfWidth),
        entry("shufflenet_v2_x1_0", .manual, build: ShuffleNetV2.fullWidth),
        entry("squeezenet1_0", .manual, build: SqueezeNet.original),
        entry("squeezenet1_1", .manual, build: SqueezeNet.revised),
    ]

    package static func entry(_ name: String) throws(NetworkError) -> NetworkEntry {
        guard let entry = all.first(where: { $0.name == name }) else { throw .unknown(name: name, known: all.map(\.name)) }
        return entry
    }

    /// The graph of a network with a head for so many classes.
    package static func graph(_ name: String, classes: Int) throws(NetworkError) -> Graph { try entry(name).graph(classes: classes) }

    /// All of them halve the sides five times, so 32 pixels leave one.
    private static func entry(
        _ name: String, _ family: NetworkFamily, isCompact: Bool = true, build: @escaping @Sendable (Int) -> Graph
    ) -> NetworkEntry {
        NetworkEntry(name: name, family: family, isCompact: isCompact, minimumSide: 32, build: build)
    }
}
