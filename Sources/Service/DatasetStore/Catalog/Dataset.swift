import Base

/// A named collection of pictures, as it stands now.
package struct Dataset: Sendable, Codable, Equatable {
    package let name: ResourceName
    package let description: String
    /// In the order of a model's outputs: as declared, or the labels in use in byte order.
    package let classes: [String]
    /// Whether `classes` was declared: then other labels are refused. Otherwise the dataset learns its classes from labels and archives.
    package let classesAreDeclared: Bool
    package let counts: ImageCounts
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    private enum CodingKeys: String, CodingKey {
        case name, description, classes, counts
        case classesAreDeclared = "classes_declared"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }
}
