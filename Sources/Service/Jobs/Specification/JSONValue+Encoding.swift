import Foundation

extension JSONValue {
    /// What a value's JSON holds, fields by name.
    /// - Throws: `EncodingError`, such as for a number that is not finite.
    package init(of value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self = try JSONParser.parse(Array(encoder.encode(value)), depthLimit: Submission.depthLimit)
    }
}
