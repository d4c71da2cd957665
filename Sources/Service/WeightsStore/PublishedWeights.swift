import Foundation

/// The file that a network's authors or their library publish, trained on ImageNet-1k: where it lies, and what is known of it.
///
/// Addresses as torchvision 0.28.0 and timm 1.0.31 name them in their model lists. timm's repositories lie on huggingface.co and hold safetensors; SqueezeNet and
/// ShuffleNetV2 exist in torchvision alone, whose files lie on download.pytorch.org and bear the first digits of their SHA-256 in their names.
package struct PublishedWeights: Sendable, Equatable {
    package let network: String
    /// Scheme and host, replaced by `--hub`.
    package let hub: String
    /// Begins with a slash.
    package let path: String
    /// Said after the file is stored; nil where the file computes exactly what its authors' does.
    package let note: String?

    package static let hub = "https://huggingface.co"
    private static let torchHub = "https://download.pytorch.org"

    private init(_ network: String, timm repository: String, note: String? = nil) {
        (self.network, hub, path, self.note) = (network, Self.hub, "/timm/\(repository)/resolve/main/model.safetensors", note)
    }

    private init(_ network: String, torchvision file: String) {
        (self.network, hub, path, note) = (network, Self.torchHub, "/models/\(file)", nil)
    }

    package static let all: [PublishedWeights] = [
        PublishedWeights("efficientnet_b0", timm: "efficientnet_b0.ra_in1k"),
        PublishedWeights("efficientnet_b3", timm: "efficientnet_b3.ra2_in1k"),
        PublishedWeights("fbnetc_100", timm: "fbnetc_100.rmsp_in1k"),
        PublishedWeights("mixnet_l", timm: "mixnet_l.ft_in1k"),
        PublishedWeights("mixnet_m", timm: "mixnet_m.ft_in1k"),
        PublishedWeights("mixnet_s", timm: "mixnet_s.ft_in1k"),
        PublishedWeights("mnasnet_100", timm: "mnasnet_100.rmsp_in1k"),
        PublishedWeights("mobilenet_v2", timm: "mobilenetv2_100.ra_in1k"),
        PublishedWeights(
            "mobilenetv1_100", timm: "mobilenetv1_100.ra4_e3600_r224_in1k",
            note:
                "timm trained this file with symmetric padding and pictures scaled to -1…1; here the padding is TensorFlow's and the scale ImageNet's. "
                + "It is a start for training, not the published classifier."),
        PublishedWeights("mobilenetv3_large_100", timm: "mobilenetv3_large_100.ra_in1k"),
        PublishedWeights("resnet101", timm: "resnet101.tv_in1k"),
        PublishedWeights("resnet18", timm: "resnet18.tv_in1k"),
        PublishedWeights("resnet50", timm: "resnet50.tv_in1k"),
        PublishedWeights("shufflenet_v2_x0_5", torchvision: "shufflenetv2_x0.5-f707e7126e.pth"),
        PublishedWeights("shufflenet_v2_x1_0", torchvision: "shufflenetv2_x1-5666bf0f80.pth"),
        PublishedWeights("squeezenet1_0", torchvision: "squeezenet1_0-b66bff10.pth"),
        PublishedWeights("squeezenet1_1", torchvision: "squeezenet1_1-b8a52dc0.pth"),
    ]

    /// - Throws: ``WeightsStoreError/notPublished(network:known:)``.
    package static func of(_ network: String) throws(WeightsStoreError) -> PublishedWeights {
        guard let found = all.first(where: { $0.network == network }) else {
            throw .notPublished(network: network, known: all.map(\.network))
        }
        return found
    }

    /// Where the file lies, on its own hub or on another that has the same paths.
    /// - Throws: ``WeightsStoreError/invalidAddress(_:)``.
    package func address(hub: String? = nil) throws(WeightsStoreError) -> URL {
        var base = hub ?? self.hub
        while base.hasSuffix("/") { base.removeLast() }
        guard let url = URL(string: base + path), ["http", "https"].contains(url.scheme?.lowercased() ?? ""), url.host?.isEmpty == false,
            url.query == nil, url.fragment == nil
        else { throw .invalidAddress(hub ?? self.hub) }
        return url
    }

    /// The first digits of a file's SHA-256 that its name tells, as torchvision's do (`squeezenet1_0-b66bff10.pth`); nil where it tells none.
    package static func digits(inNameOf address: URL) -> String? {
        let stem = address.deletingPathExtension().lastPathComponent
        guard let dash = stem.lastIndex(of: "-") else { return nil }
        let digits = stem[stem.index(after: dash)...]
        guard (8...64).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) || ("a"..."f").contains($0) }) else {
            return nil
        }
        return String(digits)
    }
}
