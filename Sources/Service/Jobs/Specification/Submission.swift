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

    /// What was not written as a text, such as the options of a command line.
    package init(_ json: JSONValue) { self.json = json }

    /// The dataset it names, if it names one properly.
    package var dataset: ResourceName? {
        guard case .string(let text)? = json["dataset"] else { return nil }
        return ResourceName(text)
    }

    /// The revision it names, if it names one properly.
    package var revision: Int? {
        guard case .number(_, let whole)? = json["revision"] else { return nil }
        return whole
    }

    /// Judges the text against the facts.
    ///
    /// - Throws: ``SpecificationError/invalid(_:)`` with every fault found.
    package func specification(in context: SubmissionContext) throws(SpecificationError) -> JobSpecification {
        var reader = FieldReader(json)
        guard case .object = json else { throw .invalid(reader.faults) }
        switch reader.required("type") {
        case JobType.train.rawValue: break
        case JobType.importArchive.rawValue:
            reader.refuse("type", "not_submittable", "an import begins with POST /v1/datasets/{name}/archives")
            throw .invalid(reader.faults)
        case let other:
            if let other { reader.refuse("type", "unknown_value", "got \(FieldReader.quoted(other)); allowed is train") }
            throw .invalid(reader.faults)
        }
        guard let work = TrainSpecification.read(&reader, context) else { throw .invalid(reader.faults) }
        return .train(work)
    }
}
