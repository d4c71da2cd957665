import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Images

/// What uploads of one and of many pictures share.
enum PictureUpload {
    static let limit = ImageLimits.standard.maximumBytes
    /// What a picture to look at may be declared as; its own bytes tell what it is.
    static let mediaTypes = ["image/jpeg", "image/png", "image/tiff", "image/webp", "image/bmp", "application/octet-stream"]

    /// Streams a picture's bytes to disk.
    /// - Throws: ``APIError/tooLarge(what:limit:)``; what the body throws. The file is gone then.
    static func write(_ body: RequestBody, to file: URL) async throws {
        do {
            _ = try await body.write(to: file, limit: limit)
        } catch HTTPError.bodyTooLarge {
            throw APIError.tooLarge(what: "the picture", limit: limit)
        }
    }

    static func status(_ outcome: PutOutcome) -> HTTPResponse.Status {
        if case .created = outcome { return .created }
        return .ok
    }

    static func answer(_ outcome: PutOutcome, dataset: ResourceName) throws -> ServerResponse {
        let image = outcome.image
        var fields: HTTPFields = [.eTag: image.etag]
        if case .created = outcome { fields[.location] = "/v1/datasets/\(dataset)/images/\(image.name)" }
        return try .json(image, status: status(outcome), fields: fields)
    }
}
