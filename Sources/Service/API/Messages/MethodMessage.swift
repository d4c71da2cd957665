import Jobs

/// A way of learning and its fields, with the defaults and ranges that submission enforces.
struct MethodMessage: Encodable, Sendable {
    let name: String
    let description: String
    let usesUnlabelled: Bool
    let fields: [MethodField]

    private enum CodingKeys: String, CodingKey {
        case name, description, fields
        case usesUnlabelled = "uses_unlabelled"
    }

    private typealias Defaults = TrainSpecification.Defaults
    private typealias Ranges = TrainSpecification.Ranges

    init(_ method: TrainSpecification.Method, networks: [String], weights: [String], cores: Int) {
        name = method.rawValue
        usesUnlabelled = method.usesUnlabelled
        switch method {
        case .supervised: description = "Learns from the labelled pictures alone."
        case .plainDistillation:
            description = "A teacher learns from the labelled pictures and labels the others; the student learns from both."
        }
        var fields = Self.common(networks: networks, weights: weights, cores: cores)
        if method.usesUnlabelled {
            fields += [
                MethodField(
                    name: "teachers", type: "array", choices: networks,
                    description: "Networks of the teachers; the student's own if absent."),
                .number(
                    "confidence", Ranges.confidence, default: Defaults.confidence,
                    "A pseudo-label is kept if its probability is strictly greater."),
            ]
        }
        fields.append(
            MethodField(
                name: "baseline", type: "boolean", default: .bool(method.usesUnlabelled),
                description: "Also trains `supervised` with the same budget and compares."))
        self.fields = fields
    }

    private static func common(networks: [String], weights: [String], cores: Int) -> [MethodField] {
        typealias Quantisation = TrainSpecification.Quantisation
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
                "class_weights", TrainSpecification.ClassWeights.allCases.map(\.rawValue), default: Defaults.classWeights.rawValue,
                "What a class counts for in the loss; `balanced`: every class the same."),
            .choice(
                "quantisation.scheme", Quantisation.Scheme.allCases.map(\.rawValue), default: Defaults.scheme.rawValue,
                "Post-training int8, or none."),
            .choice(
                "quantisation.calibration", Quantisation.Calibration.allCases.map(\.rawValue), default: Defaults.calibration.rawValue,
                "How ranges are found."),
            .number("quantisation.max_drop", Ranges.maximumDrop, default: Defaults.maximumDrop, "Validation macro-F1 that int8 may lose."),
            .integer("seed", Ranges.seed, default: Int(Defaults.seed), "Same seed, same bits."),
            .integer("threads", 1...max(1, cores), default: nil, "Threads of the worker; its share of the cores if absent."),
            .integer("priority", Ranges.priority, default: Defaults.priority, "Greater goes first."),
            .integer("time_limit_s", Ranges.timeLimitSeconds, default: nil, "Seconds of running before the job fails."),
        ]
    }
}
