import Inference
import ModelFormat

/// A request of the Open Inference Protocol, checked: what is asked of a model for some pictures.
///
/// Source: github.com/kserve/open-inference-protocol, "inference_rest.md", with Triton's binary tensor and classification extensions.
struct InferRequest: Sendable {
    struct Output: Sendable, Equatable {
        let name: ModelTensors.Output
        /// The numbers follow the JSON as bytes.
        var isBinary: Bool
        /// Classification extension: so many classes as `value:index:label`, the likeliest first; nil for the tensor itself.
        var classes: Int?
    }

    /// Echoed.
    var id: String?
    var pictures: [PictureInput]
    var outputs: [Output]
    var options: ClassifyOptions
    /// Triton's `timeout`, microseconds in the protocol.
    var timeoutMilliseconds: Int?
}
