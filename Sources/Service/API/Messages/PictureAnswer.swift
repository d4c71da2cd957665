import HTTP
import Inference

/// The answer for one picture, with the model that gave it.
struct PictureAnswer: Encodable, Sendable {
    let key: ModelVersionKey
    let answer: Answer

    private enum CodingKeys: String, CodingKey { case model, version }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.model, forKey: .model)
        try container.encode(key.version, forKey: .version)
        try answer.encode(to: encoder)
    }
}

/// The answers for the pictures of a form, in their order; a bad picture carries its own error.
struct PictureAnswers: Encodable, Sendable {
    struct Item: Encodable, Sendable {
        let file: String
        let result: Result<Answer, Problem>

        private enum CodingKeys: String, CodingKey { case file, error }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(file, forKey: .file)
            switch result {
            case .success(let answer): try answer.encode(to: encoder)
            case .failure(let problem): try container.encode(problem, forKey: .error)
            }
        }
    }

    let key: ModelVersionKey
    let results: [Item]

    private enum CodingKeys: String, CodingKey { case model, version, results }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.model, forKey: .model)
        try container.encode(key.version, forKey: .version)
        try container.encode(results, forKey: .results)
    }
}
