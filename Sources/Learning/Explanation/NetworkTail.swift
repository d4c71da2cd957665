import Engine

/// The end of a network: the layers behind the last feature map, up to the logits.
///
/// The feature map is the last result with height and width in front of the classifier: walking back from the logits, past the last layer that has weights (the
/// classifier itself), the first layer whose result is pictures. For networks that end with a global mean and a linear layer that is what the mean reads (torchvision's
/// `layer4` and `features`, timm's `forward_features`); for SqueezeNet, whose classifier is a 1×1 convolution before the mean, what that convolution reads.
package struct NetworkTail: Sendable, Equatable {
    /// The layer that makes the feature map.
    package let target: Int
    /// The layers behind it, in the order in which they are computed; each reads the one before it only. The last one is the logits.
    package let layers: [Int]

    /// - Throws: ``EngineError/unsupported(what:by:)`` where the layers behind the feature map do not follow one another, are of other kinds than ``TailStep`` knows,
    ///   or where the feature map would be the picture itself.
    package init(of network: FusedNetwork) throws(EngineError) {
        let areFeatures = network.areFeatures
        var index = network.layers.count - 1
        var layers: [Int] = []
        var isBeforeClassifier = false
        while index > 0 {
            if isBeforeClassifier, !areFeatures[index] { break }
            let layer = network.layers[index]
            guard TailStep.knows(layer.kind), layer.inputs.count == 1 else {
                throw .unsupported(
                    what: "layer '\(layer.name)' of \(network.architecture), which stands between the last feature map and the logits",
                    by: "Grad-CAM")
            }
            layers.append(index)
            isBeforeClassifier = isBeforeClassifier || !layer.weights.isEmpty
            index = layer.inputs[0]
        }
        guard index > 0 else {
            throw .unsupported(
                what: "\(network.architecture), which has no layer that makes pictures before its classifier", by: "Grad-CAM")
        }
        target = index
        self.layers = layers.reversed()
    }
}
