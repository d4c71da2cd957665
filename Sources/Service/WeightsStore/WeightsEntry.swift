import Base

/// Stored weights as lists and answers show them.
package struct WeightsEntry: Sendable, Encodable, Equatable {
    package let name: ResourceName
    /// The network they belong to.
    package let network: String
    package let bytes: Int
    /// Of the stored file, noted when it was taken in; nil where somebody laid it there by hand.
    package let sha256: SHA256Digest?
    /// Where the file came from; nil where that is not known.
    package let source: String?

    package init(name: ResourceName, network: String, bytes: Int, sha256: SHA256Digest?, source: String?) {
        self.name = name
        self.network = network
        self.bytes = bytes
        self.sha256 = sha256
        self.source = source
    }
}

/// What a stored file says of itself, besides its entry.
package struct WeightsFacts: Sendable, Encodable, Equatable {
    package let entry: WeightsEntry
    /// Classes of its head.
    package let classes: Int
    package let parameters: Int
    /// Such as `F16`, each once.
    package let elementTypes: [String]
    /// The library whose names the file has, where they are not the network's own.
    package let translatedFrom: String?

    package func encode(to encoder: any Encoder) throws {
        try entry.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classes, forKey: .classes)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(elementTypes, forKey: .elementTypes)
        try container.encodeIfPresent(translatedFrom, forKey: .translatedFrom)
    }

    private enum CodingKeys: String, CodingKey {
        case classes, parameters
        case elementTypes = "element_types"
        case translatedFrom = "translated_from"
    }
}

/// What is written beside a file: `NAME.json`. Every field may be absent, so that files laid there by hand need none.
struct WeightsNote: Codable {
    var network: String?
    var sha256: SHA256Digest?
    var source: String?
}
