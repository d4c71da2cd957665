import Inference

/// The explanation of one picture, with the model that was explained.
struct ExplanationAnswer: Encodable, Sendable {
    let key: ModelVersionKey
    let explanation: PictureExplanation

    private enum CodingKeys: String, CodingKey { case model, version }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.model, forKey: .model)
        try container.encode(key.version, forKey: .version)
        try explanation.encode(to: encoder)
    }
}
