import Base

/// The entity tags of an If-Match field (RFC 9110, 13.1.1): `*`, or a list of strong tags, with or without quotes.
struct IfMatch: Sendable {
    private let tags: [String]?

    init(_ field: String) {
        let parts = field.split(separator: ",").map { $0.filter { $0 != "\"" && $0 != " " && $0 != "\t" } }
        tags = parts == ["*"] ? nil : parts
    }

    func matches(_ digest: SHA256Digest) -> Bool { tags?.contains(digest.description) ?? true }
}
