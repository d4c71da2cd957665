import Foundation

/// What a service answered to one call of curl.
package struct Answer: Sendable {
    package let status: Int
    /// Names in lower case.
    package let fields: [String: String]
    package let body: Data

    package var text: String { String(decoding: body, as: UTF8.self) }
    /// `.null` where the body is not JSON.
    package var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
    package var isProblem: Bool { fields["content-type"] == "application/problem+json" }
}
