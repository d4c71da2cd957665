extension TrainSpecification {
    /// The fields that not every method has, most of them of the semi-supervised ones; nil where the method does not know the field (`learning.md` sections 3 to 5).
    package struct SemiSupervision: Codable, Sendable, Equatable {
        /// Views that teachers see besides the picture itself.
        package let transforms: [Transform]
        /// How often unlabelled pictures are labelled.
        package let rounds: Int?
        /// The temperature at which the student learns the teachers' probabilities; nil: it learns the likeliest class.
        package let softLabels: Double?
        /// The most pseudo-labels of a class.
        package let maximumPerClass: Int?
        /// Unlabelled pictures for each labelled one in a step.
        package let unlabelledRatio: Int?
        /// λ, λ_u.
        package let unsupervisedWeight: Double?
        /// τ
        package let threshold: Double?
        /// T of MixMatch's sharpening.
        package let temperature: Double?
        /// α of MixMatch's Beta(α, α).
        package let alpha: Double?
        /// Of the exponential average of the weights that is kept in their place; nil: none is.
        package let averageDecay: Double?
        /// Of FreeMatch's fairness term.
        package let fairnessWeight: Double?
        /// α of MixUp's Beta(α, α); nil: pictures are not mixed.
        package let mixUp: Double?

        /// The fields by the names that requests and files give them.
        package enum Field: String, CodingKey, Sendable, CaseIterable {
            case transforms, rounds
            case softLabels = "soft_labels"
            case maximumPerClass = "max_per_class"
            case unlabelledRatio = "unlabelled_ratio"
            case unsupervisedWeight = "unsupervised_weight"
            case threshold, temperature, alpha
            case averageDecay = "ema_decay"
            case fairnessWeight = "fairness_weight"
            case mixUp = "mixup"
        }

        typealias CodingKeys = Field

        /// The documented defaults of a method for what is not given.
        package init(
            _ method: Method, transforms: [Transform]? = nil, rounds: Int? = nil, softLabels: Double? = nil, maximumPerClass: Int? = nil,
            unlabelledRatio: Int? = nil, unsupervisedWeight: Double? = nil, threshold: Double? = nil, temperature: Double? = nil,
            alpha: Double? = nil, averageDecay: Double? = nil, fairnessWeight: Double? = nil, mixUp: Double? = nil
        ) {
            self.transforms = method.usesTransforms ? transforms ?? Defaults.transforms : []
            self.rounds = method.isDistillation ? rounds ?? Defaults.rounds : nil
            self.softLabels = method.isDistillation ? softLabels : nil
            self.maximumPerClass = method.isDistillation ? maximumPerClass : nil
            let isConsistency = method.isConsistency, isMixMatch = method == .mixmatch
            self.unlabelledRatio = isConsistency ? unlabelledRatio ?? Defaults.unlabelledRatio(method) : nil
            self.unsupervisedWeight = isConsistency ? unsupervisedWeight ?? Defaults.unsupervisedWeight(method) : nil
            self.threshold = method == .fixmatch || method == .flexmatch ? threshold ?? Defaults.threshold : nil
            self.temperature = isMixMatch ? temperature ?? Defaults.temperature : nil
            self.alpha = isMixMatch ? alpha ?? Defaults.alpha : nil
            self.averageDecay = isConsistency ? averageDecay ?? Defaults.averageDecay : averageDecay
            self.fairnessWeight = method == .freematch ? fairnessWeight ?? Defaults.fairnessWeight : nil
            self.mixUp = isConsistency ? nil : mixUp
        }

        /// The fields of this kind that a method knows.
        package static func fields(of method: Method) -> [Field] {
            Field.allCases.filter { name in
                switch name {
                case .transforms: method.usesTransforms
                case .rounds, .softLabels, .maximumPerClass: method.isDistillation
                case .unlabelledRatio, .unsupervisedWeight: method.isConsistency
                case .averageDecay: true
                case .fairnessWeight: method == .freematch
                case .mixUp: !method.isConsistency
                // FreeMatch finds its own.
                case .threshold: method == .fixmatch || method == .flexmatch
                case .temperature, .alpha: method == .mixmatch
                }
            }
        }

        /// Reads the fields of a request; one that the method does not know is refused.
        static func read(_ reader: inout FieldReader, method: Method) -> SemiSupervision {
            let known = fields(of: method)
            for name in Field.allCases where !known.contains(name) && reader.value(name.rawValue) != nil {
                reader.refuse(name.rawValue, "not_for_method", "'\(method.rawValue)' has no such field; GET /v1/methods names those it has")
            }
            func has(_ name: Field) -> Bool { known.contains(name) }
            let ratios = method == .mixmatch ? 1...1 : Ranges.unlabelledRatio
            return SemiSupervision(
                method, transforms: has(.transforms) ? readTransforms(&reader) : nil,
                rounds: has(.rounds) ? reader.integer("rounds", Ranges.rounds) : nil,
                softLabels: has(.softLabels) ? reader.number("soft_labels", Ranges.softLabels) : nil,
                maximumPerClass: has(.maximumPerClass) ? reader.integer("max_per_class", Ranges.maximumPerClass) : nil,
                unlabelledRatio: has(.unlabelledRatio) ? reader.integer("unlabelled_ratio", ratios) : nil,
                unsupervisedWeight: has(.unsupervisedWeight) ? reader.number("unsupervised_weight", Ranges.unsupervisedWeight) : nil,
                threshold: has(.threshold) ? reader.number("threshold", Ranges.threshold) : nil,
                temperature: has(.temperature) ? reader.number("temperature", Ranges.temperature) : nil,
                alpha: has(.alpha) ? reader.number("alpha", Ranges.alpha) : nil,
                averageDecay: has(.averageDecay) ? reader.number("ema_decay", Ranges.averageDecay) : nil,
                fairnessWeight: has(.fairnessWeight) ? reader.number("fairness_weight", Ranges.fairnessWeight) : nil,
                mixUp: has(.mixUp) ? reader.number("mixup", Ranges.mixUp) : nil)
        }

        private static func readTransforms(_ reader: inout FieldReader) -> [Transform]? {
            guard let names = reader.strings("transforms", count: 1...Transform.allCases.count) else { return nil }
            var transforms: [Transform] = []
            for (index, name) in names.enumerated() {
                if let transform = Transform(rawValue: name), !transforms.contains(transform) {
                    transforms.append(transform)
                } else {
                    let allowed = Transform.allCases.map(\.rawValue).joined(separator: ", ")
                    reader.adopt([
                        .init(
                            pointer: "/transforms/\(index)", code: "unknown_value",
                            detail: "got \(FieldReader.quoted(name)); allowed are, each once, \(allowed)")
                    ])
                }
            }
            return transforms
        }
    }
}
