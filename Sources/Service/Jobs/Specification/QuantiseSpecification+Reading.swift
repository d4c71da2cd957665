import Base

extension QuantiseSpecification {
    /// Reads and judges every field. Nil when there is any fault; all of them are then in `reader`.
    static func read(_ reader: inout FieldReader, _ context: SubmissionContext) -> QuantiseSpecification? {
        typealias Ranges = TrainSpecification.Ranges
        let model = reader.name("model", reader.required("model"))
        let number = reader.integer("version", 1...Int.max)
        let named = reader.name("dataset", reader.string("dataset"))
        let isNamed = reader.value("dataset") != nil
        let revision = reader.integer("revision", 1...Int.max)
        let quantisation = TrainSpecification.readQuantisation(&reader)
        let seed = reader.integer("seed", Ranges.seed)
        let threads = reader.integer("threads", 1...max(1, context.cores))
        let priority = reader.integer("priority", Ranges.priority)
        let timeLimit = reader.integer("time_limit_s", Ranges.timeLimitSeconds)
        reader.finish()

        if quantisation.scheme == .none {
            let allowed = TrainSpecification.Quantisation.Scheme.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: ", ")
            reader.adopt([
                .init(pointer: "/quantisation/scheme", code: "nothing_to_do", detail: "'none' makes no int8 form; allowed are \(allowed)")
            ])
        }
        let version = model.flatMap { judgeModel($0, version: number, &reader, context) }
        let pictures = version.map { Self.pictures(dataset: named, revision: revision, of: $0) }
        if let dataset = isNamed ? named : pictures?.dataset {
            judgePictures(dataset, isNamed: isNamed, classes: version?.classes, &reader, context)
        } else if version != nil, !isNamed {
            reader.refuse(
                "dataset", "required", "the version does not say which dataset it learned from; name one with pictures of its classes")
        }
        guard reader.faults.isEmpty, let model, let version, let dataset = pictures?.dataset else { return nil }
        return QuantiseSpecification(
            model: model, version: version.number, floatDigest: version.floatDigest, dataset: dataset, revision: pictures?.revision,
            quantisation: quantisation, seed: seed.map(UInt64.init) ?? version.seed ?? TrainSpecification.Defaults.seed, threads: threads,
            priority: priority ?? TrainSpecification.Defaults.priority, timeLimitSeconds: timeLimit)
    }

    /// Which pictures a request means: a dataset that it does not name is the one that the version learned from, and of that one also the revision.
    static func pictures(dataset: ResourceName?, revision: Int?, of version: ModelFacts.Version) -> (dataset: ResourceName?, revision: Int?)
    {
        let chosen = dataset ?? version.dataset
        return (chosen, revision ?? (chosen == version.dataset ? version.revision : nil))
    }

    private static func judgeModel(_ name: ResourceName, version: Int?, _ reader: inout FieldReader, _ context: SubmissionContext)
        -> ModelFacts.Version?
    {
        guard let facts = context.model else {
            reader.refuse("model", "unknown_model", "there is no model '\(name)'; GET /v1/models lists those there are")
            return nil
        }
        if facts.version == nil {
            let known = facts.versions.suffix(20).map(String.init).joined(separator: ", ")
            reader.refuse("version", "unknown_version", "'\(name)' has no version \(version.map(String.init) ?? "at all"); it has \(known)")
        }
        return facts.version
    }

    /// - Parameters:
    ///   - isNamed: by the request; else by the version.
    ///   - classes: of the version; nil where there is none.
    private static func judgePictures(
        _ name: ResourceName, isNamed: Bool, classes: [String]?, _ reader: inout FieldReader, _ context: SubmissionContext
    ) {
        guard let facts = context.dataset else {
            let detail =
                isNamed
                ? "there is no dataset '\(name)' (or no such revision of it)"
                : "the dataset '\(name)' that the version learned from is not there any more (or not its revision); name another one"
            reader.refuse("dataset", "unknown_dataset", detail)
            return
        }
        if let classes, Set(classes) != Set(facts.labelledPerClass.keys) {
            let unknown = facts.labelledPerClass.keys.filter { !classes.contains($0) }.sorted()
            let missing = classes.filter { facts.labelledPerClass[$0] == nil }
            let sentences = [("the model does not know", unknown), ("the dataset lacks", missing)].compactMap { words, names -> String? in
                names.isEmpty ? nil : "\(words) \(names.prefix(20).map { FieldReader.quoted($0) }.joined(separator: ", "))"
            }
            reader.refuse(
                "dataset", "other_classes", "the dataset's classes are not the model's: \(sentences.joined(separator: "; "))")
        }
        let labelled = facts.labelledPerClass.values
        if labelled.allSatisfy({ $0 == 0 }) {
            reader.refuse("dataset", "no_labels", "the dataset has no labelled picture of role train, which the ranges of int8 come from")
        } else if facts.labelledValidation == 0, labelled.allSatisfy({ $0 < 2 }) {
            reader.refuse(
                "dataset", "no_validation",
                "no labelled picture of role validation, and no class with a second one of role train to set aside: nothing judges int8")
        }
    }
}
