/// What a picture is for: learning, choosing, or the final measurement.
package enum ImageRole: String, Sendable, Codable, CaseIterable, Hashable {
    case train, validation, test
}
