import Base

/// A text that a client submitted as a job: parsed, but not yet judged, so that the facts about its dataset can be fetched in between.
///
/// ```swift
/// let submission = try Submission(json: body)                        // 400, 413
/// let facts = …facts of submission.dataset at submission.revision…
/// let specification = try submission.specification(in: context)      // 422, all faults at once
/// ```
package struct Submission: Sendable {
    /// The longest text that is read, in bytes.
    package static let byteLimit = 1 << 20
    /// The deepest nesting that is read.
    package static let depthLimit = 32

    package let json: JSONValue

    /// - Throws: ``SpecificationError/tooLarge(bytes:limit:)``, ``SpecificationError/tooDeep(limit:)`` or ``SpecificationError/notJSON(offset:detail:)``.
    package init(json bytes: [UInt8]) throws(SpecificationError) {
        guard bytes.count <= Self.byteLimit else { throw .tooLarge(bytes: bytes.count, limit: Self.byteLimit) }
        json = try JSONParser.parse(bytes, depthLimit: Self.depthLimit)
    }

    /// A text that is parsed already, or what was never one, such as the options of a command line.
    package init(_ json: JSONValue) { self.json = json }

    /// The dataset it names, if it names one properly.
    package var dataset: ResourceName? {
        guard case .string(let text)? = json["dataset"] else { return nil }
        return ResourceName(text)
    }

    /// The revision it names, if it names one properly.
    package var revision: Int? { whole("revision") }

    /// The model it names, if it names one properly.
    package var model: ResourceName? {
        guard case .string(let text)? = json["model"] else { return nil }
        return ResourceName(text)
    }

    /// The version of the model that it names, if it names one properly.
    package var version: Int? { whole("version") }

    private func whole(_ field: String) -> Int? {
        guard case .number(let number, let whole)? = json[field] else { return nil }
        return whole ?? Int(exactly: number)
    }

    /// Whether it quantises a model: the facts about that are asked for too then.
    package var isQuantisation: Bool { json["type"] == .string(JobType.quantise.rawValue) }

    /// The dataset and the revision whose facts are needed to judge it: those that it names, or, where it quantises a model, those that this learned from.
    package func pictures(for model: ModelFacts?) -> (dataset: ResourceName?, revision: Int?) {
        guard isQuantisation, let version = model?.version else { return (dataset, revision) }
        return QuantiseSpecification.pictures(dataset: dataset, revision: revision, of: version)
    }

    /// Whether it is a study: ``study(in:facts:)`` judges it then.
    package var isStudy: Bool { json["type"] == .string(JobType.study.rawValue) }

    /// The datasets that a study names properly, each once, as many as one may have.
    package var studyDatasets: [ResourceName] {
        guard case .array(let items)? = json["datasets"] else { return [] }
        let names = items.prefix(StudySpecification.Limits.datasets).compactMap { item in
            if case .string(let text) = item { ResourceName(text) } else { nil }
        }
        return Array(Set(names))
    }

    /// Judges a study against the facts.
    ///
    /// - Parameters:
    ///   - context: its ``SubmissionContext/dataset`` is not looked at.
    ///   - facts: of those of ``studyDatasets`` that there are.
    /// - Throws: ``SpecificationError/invalid(_:)`` with every fault found.
    package func study(in context: SubmissionContext, facts: [ResourceName: DatasetFacts]) throws(SpecificationError) -> StudyPlan {
        var reader = FieldReader(json)
        _ = reader.required("type")
        guard let plan = StudyPlan.read(&reader, context, facts: facts) else { throw .invalid(reader.faults) }
        return plan
    }

    /// Judges the text of any other job against the facts.
    ///
    /// - Throws: ``SpecificationError/invalid(_:)`` with every fault found.
    package func specification(in context: SubmissionContext) throws(SpecificationError) -> JobSpecification {
        var reader = FieldReader(json)
        guard case .object = json else { throw .invalid(reader.faults) }
        switch reader.required("type") {
        case JobType.train.rawValue:
            guard let work = TrainSpecification.read(&reader, context) else { throw .invalid(reader.faults) }
            return .train(work)
        case JobType.quantise.rawValue:
            guard let work = QuantiseSpecification.read(&reader, context) else { throw .invalid(reader.faults) }
            return .quantise(work)
        case JobType.importArchive.rawValue:
            reader.refuse("type", "not_submittable", "an import begins with POST /v1/datasets/{name}/archives")
            throw .invalid(reader.faults)
        case let other:
            if let other { reader.refuse("type", "unknown_value", "got \(FieldReader.quoted(other)); allowed are train, quantise, study") }
            throw .invalid(reader.faults)
        }
    }
}
