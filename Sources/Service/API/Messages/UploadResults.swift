import DatasetStore
import HTTP

/// The answer to an upload of many files: what a PUT of each would have answered, in their order.
struct UploadResults: Encodable, Sendable {
    struct Result: Encodable, Sendable {
        let file: String
        let status: Int
        let image: StoredImage?
        let error: Problem?
    }

    let results: [Result]
    var stored: Int { results.count { $0.error == nil } }
    var failed: Int { results.count { $0.error != nil } }

    private enum CodingKeys: String, CodingKey { case results, stored, failed }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(results, forKey: .results)
        try container.encode(stored, forKey: .stored)
        try container.encode(failed, forKey: .failed)
    }
}
