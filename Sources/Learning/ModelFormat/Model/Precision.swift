/// The arithmetic that a model answers with.
package enum Precision: String, Codable, Sendable, CaseIterable, Hashable {
    case float, int8
}
