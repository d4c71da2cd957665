import Base

/// One immutable version of a model.
package struct ModelVersionKey: Hashable, Sendable, CustomStringConvertible {
    package let model: ResourceName
    package let version: Int

    package init(model: ResourceName, version: Int) {
        self.model = model
        self.version = version
    }

    package var description: String { "\(model)/\(version)" }
}
