import Jobs

/// A way of learning and its fields, with the defaults and ranges that submission enforces.
package struct MethodMessage: Encodable, Sendable {
    let name: String
    let description: String
    let usesUnlabelled: Bool
    package let fields: [MethodField]

    private enum CodingKeys: String, CodingKey {
        case name, description, fields
        case usesUnlabelled = "uses_unlabelled"
    }

    private typealias Defaults = TrainSpecification.Defaults
    private typealias Ranges = TrainSpecification.Ranges

    /// - Parameters:
    ///   - cores: of the machine that will train.
    ///   - trainsInBfloat16: whether that machine can.
    package init(_ method: TrainSpecification.Method, networks: [String], weights: [String], cores: Int, trainsInBfloat16: Bool) {
        name = method.rawValue
        usesUnlabelled = method.usesUnlabelled
        switch method {
        case .supervised: description = "Learns from the labelled pictures alone."
        case .plainDistillation:
            description = "A teacher learns from the labelled pictures and labels the others; the student learns from both."
        case .dataDistillation:
            description = "As plain_distillation; the teacher sees several views of each unlabelled picture and labels by their mean."
        case .modelDistillation: description = "As plain_distillation, with several teachers who label by their mean."
        case .modelDataDistillation: description = "Several teachers, several views of each unlabelled picture."
        case .fixmatch:
            description =
                "One network: a strong view of an unlabelled picture must get the class that a weak view is sure of (Sohn et al. 2020)."
        case .mixmatch:
            description =
                "One network learns from mixtures of labelled pictures and of unlabelled ones with guessed labels (Berthelot et al. 2019)."
        case .flexmatch: description = "As fixmatch, with a lower threshold for classes that are learned slowly (Zhang et al. 2021)."
        case .freematch: description = "As fixmatch, with thresholds that follow the network's own sureness (Wang et al. 2023)."
        }
        var fields = Self.common(networks: networks, weights: weights, cores: cores, trainsInBfloat16: trainsInBfloat16)
        if method.isDistillation {
            fields += [
                MethodField(
                    name: "teachers", type: "array", choices: networks,
                    description: "Networks of the teachers; the student's own if absent."),
                .number(
                    "confidence", Ranges.confidence, default: Defaults.confidence,
                    "A pseudo-label is kept if its probability is strictly greater."),
            ]
        }
        fields += TrainSpecification.SemiSupervision.fields(of: method).map { Self.field($0, method) }
        fields.append(
            MethodField(
                name: "baseline", type: "boolean", default: .bool(method.usesUnlabelled),
                description: "Also trains `supervised` with the same budget and compares."))
        self.fields = fields
    }

    /// A field of the semi-supervised methods.
    private static func field(_ name: TrainSpecification.SemiSupervision.Field, _ method: TrainSpecification.Method) -> MethodField {
        let text = name.rawValue
        switch name {
        case .transforms:
            return MethodField(
                name: text, type: "array", default: .array(Defaults.transforms.map { .string($0.rawValue) }),
                choices: TrainSpecification.Transform.allCases.map(\.rawValue),
                description: "Views that teachers see besides the picture itself.")
        case .rounds:
            return .integer(
                text, Ranges.rounds, default: Defaults.rounds,
                "How often pictures are labelled; later by the last student, until nothing new is kept.")
        case .softLabels:
            return MethodField(
                name: text, type: "number", default: .null, minimum: Ranges.softLabels.lowerBound, maximum: Ranges.softLabels.upperBound,
                description: "Temperature at which the student learns the teachers' probabilities; absent: the likeliest class.")
        case .maximumPerClass:
            return .integer(text, Ranges.maximumPerClass, default: nil, "The most pseudo-labels of a class, the surest first.")
        case .unlabelledRatio:
            let range = method == .mixmatch ? 1...1 : Ranges.unlabelledRatio
            return .integer(text, range, default: Defaults.unlabelledRatio(method), "Unlabelled pictures for each labelled one in a step.")
        case .unsupervisedWeight:
            return .number(
                text, Ranges.unsupervisedWeight, default: Defaults.unsupervisedWeight(method), "Weight of the unlabelled part of the loss.")
        case .threshold:
            return .number(text, Ranges.threshold, default: Defaults.threshold, "Probability from which a weak view's class counts.")
        case .temperature: return .number(text, Ranges.temperature, default: Defaults.temperature, "Below 1 guessed labels are sharpened.")
        case .alpha: return .number(text, Ranges.alpha, default: Defaults.alpha, "Shares of a mixture are drawn from Beta(alpha, alpha).")
        case .averageDecay:
            return .number(
                text, Ranges.averageDecay, default: method.isConsistency ? Defaults.averageDecay : nil,
                "Decay of the average of the weights that is kept in their place; absent: none is.")
        case .fairnessWeight:
            return .number(
                text, Ranges.fairnessWeight, default: Defaults.fairnessWeight, "Weight of the term that keeps every class in play; 0: off.")
        case .mixUp:
            return .number(
                text, Ranges.mixUp, default: nil,
                "Pictures and labels are mixed in pairs, shares from Beta(mixup, mixup); absent: not mixed (Zhang et al. 2018).")
        }
    }

    private static func common(networks: [String], weights: [String], cores: Int, trainsInBfloat16: Bool) -> [MethodField] {
        typealias Quantisation = TrainSpecification.Quantisation
        let precisions = TrainSpecification.Precision.allCases.filter { $0 == .float32 || trainsInBfloat16 }
        return [
            MethodField(name: "dataset", type: "string", required: true, description: "What to learn from."),
            .choice("network", networks, default: nil, "What is trained.", required: true),
            MethodField(name: "model", type: "string", description: "The name under which the result is kept; the dataset's if absent."),
            MethodField(
                name: "revision", type: "integer", default: .null, minimum: 1, description: "A frozen revision; one is made if absent."),
            .choice("weights", weights, default: nil, "Pretrained weights of the network; random ones if absent."),
            .integer("image_size", Ranges.imageSize, default: Defaults.imageSize, "Pixels of a side."),
            .choice(
                "fit", TrainSpecification.Fit.allCases.map(\.rawValue), default: Defaults.fit.rawValue, "How a picture becomes square."),
            .integer("epochs", Ranges.epochs, default: Defaults.epochs, "Passes over the labelled pictures at most."),
            .integer("batch_size", Ranges.batchSize, default: Defaults.batchSize, "Pictures a step."),
            .choice(
                "optimiser", TrainSpecification.Optimiser.allCases.map(\.rawValue), default: TrainSpecification.Optimiser.adamw.rawValue,
                "How weights move."),
            .number(
                "learning_rate", Ranges.learningRate, default: Defaults.learningRate(.adamw),
                "Greatest rate of the one-cycle schedule; 0.01 by default for sgd."),
            .number("weight_decay", Ranges.weightDecay, default: Defaults.weightDecay, "Decoupled."),
            .integer(
                "freeze_epochs", Ranges.freezeEpochs, default: Defaults.freezeEpochs,
                "Epochs at the start that train the head only; 0 without weights."),
            .integer(
                "patience", Ranges.patience, default: Defaults.patience, "Epochs without a better validation macro-F1 before it stops."),
            .choice(
                "flips", TrainSpecification.Flips.allCases.map(\.rawValue), default: Defaults.flips.rawValue,
                "Mirroring; `both` for microscopy."),
            .number(
                "label_smoothing", Ranges.labelSmoothing, default: Defaults.labelSmoothing,
                "Share of a label that is spread over all classes."),
            .choice(
                "class_weights", TrainSpecification.ClassWeights.words, default: TrainSpecification.ClassWeights.words[0],
                "What a class counts for in the loss; `balanced`: every class the same. Also an object from class to weight, or a list of all weights."
            ),
            .number(
                "conformal_alpha", Ranges.conformalAlpha, default: Defaults.conformalAlpha,
                "How often an answer's prediction_set may miss the true class."),
            .choice(
                "training_precision", precisions.map(\.rawValue), default: Defaults.trainingPrecision.rawValue,
                "What convolutions multiply while it learns; bfloat16 where the CPU has it."),
            .choice(
                "quantisation.scheme", Quantisation.Scheme.allCases.map(\.rawValue), default: Defaults.scheme.rawValue,
                "Post-training int8, or none."),
            .choice(
                "quantisation.calibration", Quantisation.Calibration.allCases.map(\.rawValue), default: Defaults.calibration.rawValue,
                "How ranges are found."),
            .number("quantisation.max_drop", Ranges.maximumDrop, default: Defaults.maximumDrop, "Validation macro-F1 that int8 may lose."),
            .integer(
                "quantisation.qat_epochs", Ranges.qatEpochs, default: Defaults.qatEpochs,
                "Passes of training with 8-bit rounding where no calibration passes the gates; 0: none."),
            .integer("seed", Ranges.seed, default: Int(Defaults.seed), "Same seed, same bits."),
            .integer("threads", 1...max(1, cores), default: nil, "Threads of the worker; its share of the cores if absent."),
            .integer("priority", Ranges.priority, default: Defaults.priority, "Greater goes first."),
            .integer("time_limit_s", Ranges.timeLimitSeconds, default: nil, "Seconds of running before the job fails."),
        ]
    }
}
