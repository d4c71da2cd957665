/// An archive's entry, or an import's picture, that was left out, and why.
package struct BadEntry: Sendable, Codable, Equatable, Error {
    package enum Code: String, Sendable, Codable, CaseIterable {
        case unsafePath = "unsafe_path"
        case link
        case device
        case encrypted
        case unreadable
        case tooLarge = "too_large"
        case notAPicture = "not_a_picture"
        case wrongPlace = "wrong_place"
        case invalidLabel = "invalid_label"
        case unknownLabel = "unknown_label"
    }

    /// As it stands in the archive, at most 300 characters.
    package let path: String
    package let code: Code
    /// One sentence: what was got, what is allowed.
    package let detail: String

    package init(path: String, code: Code, detail: String) {
        self.path = String(path.prefix(300))
        self.code = code
        self.detail = detail
    }
}
