import Base

/// A model: its versions and the aliases that point at them.
package struct StoredModel: Sendable, Codable, Equatable {
    package let name: ResourceName
    /// Ascending; never empty.
    package let versions: [Int]
    /// By name; `latest` is always among them.
    package let aliases: [String: Int]
}
