/// One page of a list of jobs, newest first.
package struct JobPage: Codable, Sendable, Equatable {
    package let items: [Job]
    /// Give it to get the next page; nil on the last one.
    package let nextPageToken: String?

    private enum CodingKeys: String, CodingKey {
        case items
        case nextPageToken = "next_page_token"
    }
}
