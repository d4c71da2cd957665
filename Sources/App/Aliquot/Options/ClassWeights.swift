/// What a class counts for in the loss.
public enum ClassWeights: Sendable, Equatable {
    /// As much as its pictures.
    case none
    /// As much as every other class.
    case balanced
    /// Each picture of a class counts so much; 1 for classes that are not named.
    case byClass([String: Double])
}

extension ClassWeights: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let weights = try? container.decode([String: Double].self) {
            self = .byClass(weights)
            return
        }
        switch try container.decode(String.self) {
        case "none": self = .none
        case "balanced": self = .balanced
        case let word:
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(word)': allowed are none, balanced, and an object from class to weight")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encode("none")
        case .balanced: try container.encode("balanced")
        case .byClass(let weights): try container.encode(weights)
        }
    }
}
