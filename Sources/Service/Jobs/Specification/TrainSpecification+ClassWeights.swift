extension TrainSpecification {
    /// What a class counts for in the loss. As JSON: `"none"`, `"balanced"`, an object from class to weight, or a list in the order of the dataset's classes.
    package enum ClassWeights: Sendable, Equatable {
        /// As much as its pictures.
        case none
        /// As much as every other class: n / (classes × n of the class).
        case balanced
        /// Each picture of a class counts so much; 1 for classes that are not named.
        case byClass([String: Double])
        /// The same for every class, in the order of the dataset's classes.
        case listed([Double])

        package static let words = ["none", "balanced"]

        /// The weight of each class; nil where the words decide.
        package func values(_ classes: [String]) -> [Double]? {
            switch self {
            case .none, .balanced: nil
            case .byClass(let weights): classes.map { weights[$0] ?? 1 }
            case .listed(let weights): weights
            }
        }

        /// Reads the field and holds it against the dataset's classes, every fault at once.
        static func read(_ reader: inout FieldReader, _ context: SubmissionContext) -> ClassWeights? {
            let name = CodingKeys.classWeights.rawValue
            let classes = context.dataset.map { $0.labelledPerClass.keys.sorted() }
            switch reader.value(name) {
            case nil: return nil
            case .string("none"): return ClassWeights.none
            case .string("balanced"): return .balanced
            case .array(let items):
                if let classes, classes.count != items.count {
                    reader.refuse(name, "out_of_range", "got \(items.count) weights; the dataset has \(classes.count) classes")
                }
                let weights = items.enumerated().compactMap { weight($0.element, "\($0.offset)", &reader) }
                return weights.count == items.count && !items.isEmpty ? .listed(weights) : nil
            case .object(let fields):
                var weights: [String: Double] = [:]
                for field in fields {
                    if let classes, !classes.contains(field.name) {
                        refuse(field.name, "unknown_class", "allowed are \(classes.prefix(20).joined(separator: ", "))", &reader)
                    }
                    if weights[field.name] != nil { refuse(field.name, "duplicate_field", "the class stands here more than once", &reader) }
                    weights[field.name] = weight(field.value, field.name, &reader) ?? 1
                }
                return .byClass(weights)
            case let other?:
                let allowed = "allowed are 'none', 'balanced', an object from class to weight, or a list of a weight for each class"
                if case .string(let text) = other {
                    reader.refuse(name, "unknown_value", "got \(FieldReader.quoted(text)); \(allowed)")
                } else {
                    reader.refuse(name, "wrong_type", "got \(other.kind); \(allowed)")
                }
                return nil
            }
        }

        private static func weight(_ value: JSONValue, _ place: String, _ reader: inout FieldReader) -> Double? {
            guard case .number(let number, _) = value, Ranges.classWeight.contains(number) else {
                let allowed = "\(Ranges.classWeight.lowerBound) to \(Ranges.classWeight.upperBound)"
                refuse(place, "out_of_range", "a weight is a number, \(allowed)", &reader)
                return nil
            }
            return number
        }

        private static func refuse(_ place: String, _ code: String, _ detail: String, _ reader: inout FieldReader) {
            let pointer = "/\(CodingKeys.classWeights.rawValue)" + SpecificationFault.step(place)
            reader.adopt([.init(pointer: pointer, code: code, detail: detail)])
        }
    }
}

extension TrainSpecification.ClassWeights: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            guard Self.words.contains(word) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "class weights '\(word)'")
            }
            self = word == "balanced" ? .balanced : .none
        } else if let weights = try? container.decode([Double].self) {
            self = .listed(weights)
        } else {
            self = .byClass(try container.decode([String: Double].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encode("none")
        case .balanced: try container.encode("balanced")
        case .byClass(let weights): try container.encode(weights)
        case .listed(let weights): try container.encode(weights)
        }
    }
}
