import Base

/// Take an uploaded archive (`input/archive` in the job's directory) into a dataset.
package struct ImportSpecification: Codable, Sendable, Equatable {
    package let dataset: ResourceName

    package init(dataset: ResourceName) { self.dataset = dataset }
}
