import Base

/// What a job is to do: the value that a request becomes, that the queue stores and that the worker carries out.
///
/// As JSON it is one flat object with `type` beside the fields of the work; every field is written, also those that were defaults.
package struct JobSpecification: Codable, Sendable, Equatable {
    package enum Work: Sendable, Equatable {
        case train(TrainSpecification)
        case quantise(QuantiseSpecification)
        case study(StudySpecification)
        case importArchive(ImportSpecification)
    }

    package let work: Work
    /// The study that a training belongs to.
    package let study: ULID?

    package init(_ work: Work, study: ULID? = nil) {
        self.work = work
        self.study = study
    }

    package static func train(_ work: TrainSpecification) -> JobSpecification { JobSpecification(.train(work)) }
    package static func quantise(_ work: QuantiseSpecification) -> JobSpecification { JobSpecification(.quantise(work)) }
    package static func importArchive(_ work: ImportSpecification) -> JobSpecification { JobSpecification(.importArchive(work)) }

    package var type: JobType {
        switch work {
        case .train: .train
        case .quantise: .quantise
        case .study: .study
        case .importArchive: .importArchive
        }
    }

    /// The dataset it works with; nil for a study of several.
    package var dataset: ResourceName? {
        switch work {
        case .train(let work): work.dataset
        case .quantise(let work): work.dataset
        case .study(let work): work.datasets.count == 1 ? work.datasets.first : nil
        case .importArchive(let work): work.dataset
        }
    }

    /// The revision of that dataset that it works with; nil where it is not frozen yet, and for what needs none.
    package var revision: Int? {
        switch work {
        case .train(let work): work.revision
        case .quantise(let work): work.revision
        case .study, .importArchive: nil
        }
    }

    /// The same work with a frozen revision of its dataset, where it needs one.
    package func with(revision: Int) -> JobSpecification {
        switch work {
        case .train(var work):
            work.revision = revision
            return JobSpecification(.train(work), study: study)
        case .quantise(var work):
            work.revision = revision
            return JobSpecification(.quantise(work), study: study)
        case .study, .importArchive: return self
        }
    }

    /// Greater goes first; equal ones in the order of their submission. Imports go before training of the same priority's default: data first.
    package var priority: Int {
        switch work {
        case .train(let work): work.priority
        case .quantise(let work): work.priority
        case .study(let work): work.priority
        case .importArchive: 1
        }
    }

    /// Threads the job asks for; nil: the share of its slot.
    package var threads: Int? {
        switch work {
        case .train(let work): work.threads
        case .quantise(let work): work.threads
        case .study: 1  // to compare takes no time
        case .importArchive: nil
        }
    }

    /// Seconds the job may run, all attempts together; nil: no limit.
    package var timeLimitSeconds: Int? {
        switch work {
        case .train(let work): work.timeLimitSeconds
        case .quantise(let work): work.timeLimitSeconds
        case .study, .importArchive: nil
        }
    }

    private enum CodingKeys: String, CodingKey { case type, study }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        study = try container.decodeIfPresent(ULID.self, forKey: .study)
        switch try container.decode(JobType.self, forKey: .type) {
        case .study: work = .study(try StudySpecification(from: decoder))
        case .train: work = .train(try TrainSpecification(from: decoder))
        case .quantise: work = .quantise(try QuantiseSpecification(from: decoder))
        case .importArchive: work = .importArchive(try ImportSpecification(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(study, forKey: .study)
        switch work {
        case .train(let work): try work.encode(to: encoder)
        case .quantise(let work): try work.encode(to: encoder)
        case .study(let work): try work.encode(to: encoder)
        case .importArchive(let work): try work.encode(to: encoder)
        }
    }
}
