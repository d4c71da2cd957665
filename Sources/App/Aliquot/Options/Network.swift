import Networks

/// A network that can be trained, by its name in torchvision or timm.
public struct Network: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    public static let mobileNetV2 = Network(rawValue: "mobilenet_v2")
    public static let resNet18 = Network(rawValue: "resnet18")
    public static let resNet50 = Network(rawValue: "resnet50")
    public static let efficientNetB0 = Network(rawValue: "efficientnet_b0")

    /// Every network that this library builds.
    public static var all: [Network] { NetworkCatalogue.all.map { Network(rawValue: $0.name) } }
}
