import HTTP
import Inference

/// The answer for one picture, with the model that gave it.
struct PictureAnswer: Sendable {
    let key: ModelVersionKey
    let answer: Answer

    /// An object with the members of `Answer`, `model` and `version`, in alphabetical order.
    /// - Throws: `EncodingError` for a number that is not finite.
    func json() throws(EncodingError) -> [UInt8] {
        var text = JSONText(capacity: 512)
        text.raw("{")
        if let isConfident = answer.isConfident { text.raw(isConfident ? "\"confident\":true," : "\"confident\":false,") }
        if let inDoubt = answer.inDoubt { text.raw(inDoubt ? "\"in_doubt\":true," : "\"in_doubt\":false,") }
        text.raw("\"model\":")
        text.string(key.model.description)
        text.raw(",\"precision\":")
        text.string(answer.precision.rawValue)
        if let set = answer.predictionSet {
            text.raw(",\"prediction_set\":")
            try text.array(set) { (text, label) throws(EncodingError) in text.string(label) }
        }
        text.raw(",\"predictions\":")
        try text.array(answer.predictions) { (text, prediction) throws(EncodingError) in
            text.raw("{\"label\":")
            text.string(prediction.label)
            text.raw(",\"probability\":")
            try text.number(prediction.probability)
            text.raw("}")
        }
        text.raw(",\"timing_ms\":{\"decode\":")
        try text.number(answer.timing.decode)
        text.raw(",\"infer\":")
        try text.number(answer.timing.infer)
        text.raw(",\"queue\":")
        try text.number(answer.timing.queue)
        text.raw("},\"version\":")
        text.number(key.version)
        text.raw("}")
        return text.bytes
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
