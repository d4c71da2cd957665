import Base

/// A study's text becomes one training text for each place of its grid; each is judged as if it had been submitted alone, and its faults are told where the study
/// says what caused them.
extension StudyPlan {
    /// Fields of a training that the grid or the study itself decides.
    private static let ownFields: Set<String> = [
        "dataset", "revision", "model", "method", "network", "weights", "seed", "semi_supervision",
    ]
    /// The fields that a study has in common with its trainings.
    static var commonFields: [String] {
        let fields =
            TrainSpecification.CodingKeys.allCases.map(\.rawValue) + TrainSpecification.SemiSupervision.Field.allCases.map(\.rawValue)
        return fields.filter { !ownFields.contains($0) }
    }
    /// The most faults that are told.
    private static let faultLimit = 100

    /// Nil when there is any fault; all of them are then in `reader`.
    ///
    /// - Parameter facts: of the datasets that exist.
    static func read(_ reader: inout FieldReader, _ context: SubmissionContext, facts: [ResourceName: DatasetFacts]) -> StudyPlan? {
        let datasets = distinct("datasets", reader.strings("datasets", count: 1...StudySpecification.Limits.datasets), &reader)
        let networks = distinct("networks", reader.strings("networks", count: 1...max(1, context.networks.count)), &reader)
        let standards = distinct(
            "standard_networks", reader.strings("standard_networks", count: 0...max(1, context.networks.count)), &reader)
        for (index, name) in (standards ?? []).enumerated() where networks?.contains(name) == true {
            reader.adopt([.init(pointer: "/standard_networks/\(index)", code: "duplicate", detail: "'\(name)' stands in networks already")])
        }
        let methods = distinct("methods", reader.strings("methods", count: 1...max(1, context.methods.count)), &reader)
        let seeds =
            reader.value("seeds") == nil
            ? StudySpecification.defaultSeeds
            : distinct(
                "seeds", reader.integers("seeds", count: 1...StudySpecification.Limits.seeds, range: TrainSpecification.Ranges.seed),
                &reader
            )?.map(UInt64.init)
        let model = reader.string("model")
        let weights = weights(
            reader.strings("weights", count: 0...max(1, context.networks.count)), (networks ?? []) + (standards ?? []), &reader, context)
        var common: [JSONValue.Field] = []
        for name in commonFields { if let value = reader.value(name) { common.append(.init(name: name, value: value)) } }
        let own = methodFields(&reader, methods ?? [])
        for name in ["datasets", "networks", "methods"] where reader.value(name) == nil {
            reader.refuse(name, "required", "the field is needed")
        }
        reader.finish()
        judgeMethodFields(common, methods ?? [], &reader)
        for (method, fields) in own { judgeOwnFields(fields, method, &reader) }
        if let datasets, let networks, let methods, let seeds {
            judgeSize(datasets.count * (networks.count * methods.count + (standards ?? []).count), seeds.count, &reader)
        }

        var trainings: [TrainSpecification] = []
        var faults: [SpecificationFault] = []
        // An axis that cannot be read is one unknown place: the other fields are judged all the same.
        let columns =
            places(networks).map { (field: "networks", place: $0.0, network: $0.1, methods: places(methods)) }
            + (standards ?? []).enumerated().map { place, network in
                (field: "standard_networks", place: place, network: network, methods: [(0, TrainSpecification.Method.supervised.rawValue)])
            }
        for (place, dataset) in places(datasets) {
            for (field, networkPlace, network, methods) in columns {
                for (methodPlace, method) in methods where trainings.count < StudySpecification.Limits.trainings {
                    let ownWeights = network.flatMap { weights[$0] }
                    let ownFields = method.flatMap { own[$0] } ?? []
                    let shared = common.filter { field in !ownFields.contains { $0.name == field.name } }
                    var fields = fitting(shared, method: method, hasWeights: ownWeights != nil, someHaveWeights: !weights.isEmpty)
                    fields += ownFields
                    for (name, value) in [("dataset", dataset), ("network", network), ("method", method), ("weights", ownWeights)] {
                        if let value { fields.append(.init(name: name, value: .string(value))) }
                    }
                    let name = dataset.flatMap(ResourceName.init)
                    if let name, let network, let method {
                        let prefix = datasets?.count == 1 && model != nil ? nil : name.description
                        let kept = [model, prefix, network, method].compactMap(\.self).joined(separator: ".")
                        fields.append(.init(name: "model", value: .string(kept)))
                    }
                    var inner = FieldReader(.object(fields))
                    let training = TrainSpecification.read(&inner, context.with(dataset: name.flatMap { facts[$0] }))
                    var moves = [
                        "/dataset": dataset.map { _ in "/datasets/\(place)" }, "/network": network.map { _ in "/\(field)/\(networkPlace)" },
                        "/method": method.map { _ in "/methods/\(methodPlace)" },
                    ]
                    for field in ownFields { moves["/\(field.name)"] = "/method_fields/\(method ?? "")/\(field.name)" }
                    faults += inner.faults.compactMap { $0.moved(moves) }
                    if let training { trainings += (seeds ?? StudySpecification.defaultSeeds).map { training.with(seed: $0) } }
                }
            }
        }
        reader.adopt(Self.distinct(faults))
        guard reader.faults.isEmpty, let datasets, let networks, let methods, let seeds else { return nil }
        let study = StudySpecification(
            datasets: datasets.compactMap(ResourceName.init), networks: networks,
            methods: methods.compactMap(TrainSpecification.Method.init), standardNetworks: standards ?? [],
            seeds: seeds, priority: trainings.first?.priority ?? TrainSpecification.Defaults.priority)
        return StudyPlan(study: study, trainings: trainings)
    }

    private static func places(_ names: [String]?) -> [(Int, String?)] {
        guard let names, !names.isEmpty else { return [(0, nil)] }
        return names.enumerated().map { ($0, $1) }
    }

    private static func distinct<Value: Hashable>(_ name: String, _ values: [Value]?, _ reader: inout FieldReader) -> [Value]? {
        var seen: Set<Value> = []
        for (index, value) in (values ?? []).enumerated() where !seen.insert(value).inserted {
            reader.adopt([
                .init(
                    pointer: "/\(name)/\(index)", code: "duplicate", detail: "\(FieldReader.quoted("\(value)")) stands here more than once")
            ])
        }
        return values
    }

    /// The same fault of many trainings is one fault of the study.
    private static func distinct(_ faults: [SpecificationFault]) -> [SpecificationFault] {
        var kept: [SpecificationFault] = []
        for fault in faults where !kept.contains(fault) {
            guard kept.count < faultLimit else { break }
            kept.append(fault)
        }
        return kept
    }

    private static func judgeSize(_ places: Int, _ seeds: Int, _ reader: inout FieldReader) {
        let (count, limit) = (places * seeds, StudySpecification.Limits.trainings)
        if count > limit {
            reader.adopt([
                .init(
                    pointer: "", code: "too_many_trainings",
                    detail: "datasets × (networks × methods + standard_networks) × seeds are \(count); allowed are \(limit)")
            ])
        } else if count < 2 {
            reader.adopt([
                .init(pointer: "", code: "nothing_to_compare", detail: "the grid is one training; a study compares two or more")
            ])
        }
    }

    /// Pretrained weights by network: each belongs to one network of the study, and a network has one.
    private static func weights(_ names: [String]?, _ networks: [String], _ reader: inout FieldReader, _ context: SubmissionContext)
        -> [String: String]
    {
        var byNetwork: [String: String] = [:]
        for (index, name) in (names ?? []).enumerated() {
            func refuse(_ code: String, _ detail: String) {
                reader.adopt([.init(pointer: "/weights/\(index)", code: code, detail: detail)])
            }
            guard let network = context.weights[name] else {
                let stored = context.weights.keys.sorted().joined(separator: ", ")
                refuse("unknown_weights", "got \(FieldReader.quoted(name)); stored are \(stored.isEmpty ? "none" : stored)")
                continue
            }
            if !networks.contains(network) {
                refuse("other_network", "the weights '\(name)' belong to '\(network)', which is none of the study's networks")
            } else if let other = byNetwork[network] {
                refuse("duplicate", "'\(network)' has the weights '\(other)' already")
            }
            byNetwork[network] = name
        }
        return byNetwork
    }

    /// `method_fields`: by method, fields that its trainings have instead of the common ones.
    private static func methodFields(_ reader: inout FieldReader, _ methods: [String]) -> [String: [JSONValue.Field]] {
        guard let value = reader.value("method_fields") else { return [:] }
        guard case .object(let entries) = value else {
            reader.refuse("method_fields", "wrong_type", "an object from method to its fields should stand here, not \(value.kind)")
            return [:]
        }
        var own: [String: [JSONValue.Field]] = [:]
        for entry in entries {
            let pointer = "/method_fields" + SpecificationFault.step(entry.name)
            if !methods.contains(entry.name) {
                reader.adopt([
                    .init(
                        pointer: pointer, code: "unknown_method",
                        detail: "the study's methods are \(methods.prefix(20).joined(separator: ", "))")
                ])
            } else if case .object(let fields) = entry.value {
                own[entry.name] = fields
            } else {
                reader.adopt([
                    .init(pointer: pointer, code: "wrong_type", detail: "an object of fields should stand here, not \(entry.value.kind)")
                ])
            }
        }
        return own
    }

    private static func judgeOwnFields(_ fields: [JSONValue.Field], _ method: String, _ reader: inout FieldReader) {
        for field in fields where !commonFields.contains(field.name) {
            reader.adopt([
                .init(
                    pointer: "/method_fields/\(method)" + SpecificationFault.step(field.name), code: "unknown_field",
                    detail: "known are \(commonFields.sorted().joined(separator: ", "))")
            ])
        }
    }

    /// A field that only some methods know is for them; one that no method of the study knows is a mistake.
    private static func judgeMethodFields(_ common: [JSONValue.Field], _ methods: [String], _ reader: inout FieldReader) {
        let known = methods.compactMap(TrainSpecification.Method.init)
        guard !known.isEmpty else { return }
        for field in common {
            if let name = TrainSpecification.SemiSupervision.Field(rawValue: field.name) {
                if !known.contains(where: { TrainSpecification.SemiSupervision.fields(of: $0).contains(name) }) {
                    reader.refuse(
                        field.name, "not_for_method", "no method of the study has this field; GET /v1/methods names those that have")
                }
            } else if field.name == "teachers", case .array(let items) = field.value {
                let counts = known.map(\.teacherCount).filter { !$0.contains(0) }
                if !counts.contains(where: { $0.contains(items.count) }) {
                    reader.refuse("teachers", "not_for_method", "no method of the study takes \(items.count) teachers")
                }
            }
        }
    }

    /// What of the common fields a training of the method is given.
    private static func fitting(_ common: [JSONValue.Field], method: String?, hasWeights: Bool, someHaveWeights: Bool) -> [JSONValue.Field]
    {
        guard let method = method.flatMap(TrainSpecification.Method.init) else {
            return common.filter { TrainSpecification.SemiSupervision.Field(rawValue: $0.name) == nil && $0.name != "teachers" }
        }
        let known = TrainSpecification.SemiSupervision.fields(of: method)
        return common.filter { field in
            if let name = TrainSpecification.SemiSupervision.Field(rawValue: field.name) { return known.contains(name) }
            if field.name == "teachers", case .array(let items) = field.value { return method.teacherCount.contains(items.count) }
            // Networks without weights have nothing to freeze, where others have.
            return field.name != "freeze_epochs" || hasWeights || !someHaveWeights
        }
    }
}

extension SpecificationFault {
    /// The fault at another place, where the beginning of its pointer stands in `places`; nil where it has no place there, because the study lacks that field and
    /// was told so.
    fileprivate func moved(_ places: [String: String?]) -> SpecificationFault? {
        for (old, new) in places where pointer == old || pointer.hasPrefix(old + "/") {
            return new.map { SpecificationFault(pointer: $0 + pointer.dropFirst(old.count), code: code, detail: detail) }
        }
        return self
    }
}
