/// `rdf.yaml` of a BioImage Model Zoo package, format 0.5, written as JSON, which is YAML too. Source: bioimage-io/spec-bioimage-io, model descriptor 0.5.
struct ResourceDescription: Encodable {
    struct File: Encodable { let source: String }

    struct Axis: Encodable {
        let type: String
        var id: String?
        var size: Int?
        var channelNames: [String]?

        private enum CodingKeys: String, CodingKey {
            case type, id, size
            case channelNames = "channel_names"
        }
    }

    /// A step before or behind the network.
    struct Step: Encodable {
        struct Arguments: Encodable {
            var gain: Double?
            var mean: [Double]?
            var std: [Double]?
            var axis: String?
        }

        let id: String
        let kwargs: Arguments
    }

    struct Numbers: Encodable {
        let type = "float32"
        let range: [Double]
    }

    struct Tensor: Encodable {
        let id: String
        let description: String
        let axes: [Axis]
        let data: Numbers
        let testTensor: File
        var preprocessing: [Step]?
        var postprocessing: [Step]?

        private enum CodingKeys: String, CodingKey {
            case id, description, axes, data, preprocessing, postprocessing
            case testTensor = "test_tensor"
        }
    }

    struct Weights: Encodable {
        struct ONNX: Encodable {
            let source: String
            let sha256: String
            let opsetVersion: Int

            private enum CodingKeys: String, CodingKey {
                case source, sha256
                case opsetVersion = "opset_version"
            }
        }

        let onnx: ONNX
    }

    struct Configuration: Encodable {
        struct Own: Encodable {
            let classes: [String]
            let architecture: String
            let temperature: Double
            let fit: String
        }

        let aliquot: Own
    }

    let formatVersion = "0.5.12"
    let type = "model"
    let name: String
    let description: String
    let documentation: File
    let covers: [File]
    let inputs: [Tensor]
    let outputs: [Tensor]
    let weights: Weights
    let tags: [String]
    let config: Configuration

    private enum CodingKeys: String, CodingKey {
        case type, name, description, documentation, covers, inputs, outputs, weights, tags, config
        case formatVersion = "format_version"
    }
}
