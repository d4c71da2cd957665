import Foundation

/// What the service answered to one call of curl.
struct Answer: Sendable {
    let status: Int
    /// Names in lower case.
    let fields: [String: String]
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }
    /// `.null` where the body is not JSON.
    var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
    var isProblem: Bool { fields["content-type"] == "application/problem+json" }
}
