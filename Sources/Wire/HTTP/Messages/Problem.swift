import Foundation
import HTTPTypes

/// An error for a client, `application/problem+json`. Source: RFC 9457 section 3.
///
/// A handler throws it; ``Router`` makes it the answer and fills in `instance` and `request_id`.
package struct Problem: Error, Sendable, Codable, Equatable {
    /// One fault of a request that may have many.
    package struct Fault: Sendable, Codable, Equatable {
        /// JSON pointer (RFC 6901) to the faulty place in the body, or the name of a parameter.
        package var pointer: String
        /// A stable word for programs, such as `out_of_range`.
        package var code: String
        /// A sentence for people.
        package var detail: String

        package init(pointer: String, code: String, detail: String) {
            self.pointer = pointer
            self.code = code
            self.detail = detail
        }
    }

    /// `about:blank`: the status says what it is (RFC 9457 section 4.2.1).
    package var type: String
    package var title: String
    package var status: Int
    package var detail: String?
    /// The path of the request.
    package var instance: String?
    package var requestID: String?
    package var errors: [Fault]?
    /// The sentence again, where a protocol wants it under this name.
    package var error: String?
    /// Header fields that go with it, such as `Retry-After`; not part of the JSON.
    package var fields: HTTPFields = [:]

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, instance
        case requestID = "request_id"
        case errors, error
    }

    /// - Parameters:
    ///   - status: 4xx or 5xx; its reason phrase becomes the title unless one is given.
    ///   - errors: nil rather than empty when there is no list of faults.
    package init(
        _ status: HTTPResponse.Status, title: String? = nil, detail: String? = nil, errors: [Fault]? = nil, type: String = "about:blank",
        fields: HTTPFields = [:]
    ) {
        self.type = type
        let phrase = ReasonPhrase.of(status)
        self.title = title ?? (phrase.isEmpty ? "Error \(status.code)" : phrase)
        self.status = status.code
        self.detail = detail
        self.errors = errors
        self.fields = fields
    }
}
