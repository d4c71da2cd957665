import Foundation

/// What the service answered to one call of curl.
struct Answer: Sendable {
    let status: Int
    /// Names in lower case.
    let fields: [String: String]
    let body: Data

    /// The body as JSON; `.null` where it is not.
    var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    var isProblem: Bool { fields["content-type"]?.hasPrefix("application/problem+json") == true }
}
