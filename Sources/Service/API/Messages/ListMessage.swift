/// A page of a list; `next_page_token` is null on the last page.
struct ListMessage<Item: Encodable & Sendable>: Encodable, Sendable {
    let items: [Item]
    let nextPageToken: String?

    enum CodingKeys: String, CodingKey {
        case items
        case nextPageToken = "next_page_token"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextPageToken, forKey: .nextPageToken)
    }
}
