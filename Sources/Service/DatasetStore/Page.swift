/// One part of a list, and how to get the next.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Nil at the end of the list. Opaque to clients.
    package let nextPageToken: String?

    package init(items: [Item], nextPageToken: String?) {
        self.items = items
        self.nextPageToken = nextPageToken
    }
}

extension Page: Equatable where Item: Equatable {}

/// Which part of a list is wanted.
package struct PageRequest: Sendable, Equatable {
    package static let sizes = 1...1000
    package static let defaultSize = 50
    package let size: Int
    package let token: String?

    /// - Throws: ``DatasetStoreError/outOfRange(name:got:allowed:)`` for a size outside ``sizes``.
    package init(size: Int = Self.defaultSize, token: String? = nil) throws(DatasetStoreError) {
        guard Self.sizes.contains(size) else { throw .outOfRange(name: "page_size", got: size, allowed: Self.sizes) }
        self.size = size
        self.token = token
    }
}
