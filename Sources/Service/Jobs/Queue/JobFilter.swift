import Base

/// Which jobs a list shows; nil asks for nothing.
package struct JobFilter: Sendable, Equatable {
    package var state: JobState?
    package var type: JobType?
    package var dataset: ResourceName?
    /// Only trainings of this study.
    package var study: ULID?

    package init(state: JobState? = nil, type: JobType? = nil, dataset: ResourceName? = nil, study: ULID? = nil) {
        self.state = state
        self.type = type
        self.dataset = dataset
        self.study = study
    }
}
