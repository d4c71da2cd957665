import Base

/// Train a classifier: every choice of a training job, defaults filled in (`api.md`, "A training job"; `learning.md` sections 2 to 4 and 7).
package struct TrainSpecification: Codable, Sendable, Equatable {
    package let dataset: ResourceName
    /// The dataset's revision; nil in a request means "as it is now", and the service freezes a revision before the worker sees the job.
    package var revision: Int?
    /// The name under which the result is kept.
    package let model: ResourceName
    package let method: Method
    /// The network that is trained (in distillation: the student).
    package let network: String
    /// Networks of the teachers: one for `plain_distillation` and `data_distillation`, two or more for `model_distillation` and `model_data_distillation` (by default the student's),
    /// none for other methods.
    package let teachers: [String]
    /// Name of stored pretrained weights of `network`; nil: random initial weights. Teachers of the same network start from them too, others from random ones.
    package let weights: String?
    /// Side of the square pictures that the network sees, in pixels.
    package let imageSize: Int
    package let fit: Fit
    package let epochs: Int
    package let batchSize: Int
    package let optimiser: Optimiser
    /// Greatest rate of the one-cycle schedule (of the head; the body gets a tenth once it is not frozen any more, with pretrained weights).
    package let learningRate: Double
    package let weightDecay: Double
    /// Epochs at the start that train the head only; 0 without pretrained weights.
    package let freezeEpochs: Int
    /// Epochs without a better validation macro-F1 after which training stops.
    package let patience: Int
    package let flips: Flips
    /// A pseudo-label is kept if its mean probability is strictly greater.
    package let confidence: Double
    /// Fields that not every method has.
    package let semiSupervision: SemiSupervision
    package let labelSmoothing: Double
    package let classWeights: ClassWeights
    /// bfloat16 only where the machine that runs the job has instructions for it.
    package let trainingPrecision: Precision
    /// How often a prediction set may miss the true class; nil in jobs of an earlier release, which make no sets.
    package let conformalAlpha: Double?
    package let quantisation: Quantisation
    /// Whether `supervised` is trained too, with the same network, seed and budget, and compared.
    package let baseline: Bool
    package private(set) var seed: UInt64
    /// Threads of the worker; nil: the share of its slot.
    package let threads: Int?
    package let priority: Int
    /// Seconds of running after which the job fails; nil: no limit.
    package let timeLimitSeconds: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case dataset, revision, model, method, network, teachers, weights, fit, epochs, optimiser, patience, flips, confidence,
            quantisation, baseline, seed, threads
        case priority
        case semiSupervision = "semi_supervision"
        case imageSize = "image_size"
        case batchSize = "batch_size"
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case freezeEpochs = "freeze_epochs"
        case labelSmoothing = "label_smoothing"
        case classWeights = "class_weights"
        case trainingPrecision = "training_precision"
        case conformalAlpha = "conformal_alpha"
        case timeLimitSeconds = "time_limit_s"
    }

    /// A specification with the documented defaults for everything not given; no check is made here (see ``Submission``).
    package init(
        dataset: ResourceName, revision: Int? = nil, model: ResourceName? = nil, method: Method = Defaults.method, network: String,
        teachers: [String]? = nil,
        weights: String? = nil, imageSize: Int = Defaults.imageSize, fit: Fit = Defaults.fit, epochs: Int = Defaults.epochs,
        batchSize: Int = Defaults.batchSize,
        optimiser: Optimiser = Defaults.optimiser, learningRate: Double? = nil, weightDecay: Double = Defaults.weightDecay,
        freezeEpochs: Int? = nil,
        patience: Int = Defaults.patience, flips: Flips = Defaults.flips, confidence: Double = Defaults.confidence,
        semiSupervision: SemiSupervision? = nil, labelSmoothing: Double = Defaults.labelSmoothing,
        classWeights: ClassWeights = Defaults.classWeights, conformalAlpha: Double? = Defaults.conformalAlpha,
        trainingPrecision: Precision = Defaults.trainingPrecision,
        quantisation: Quantisation = Quantisation(), baseline: Bool? = nil,
        seed: UInt64 = Defaults.seed,
        threads: Int? = nil, priority: Int = Defaults.priority, timeLimitSeconds: Int? = nil
    ) {
        self.dataset = dataset
        self.revision = revision
        self.model = model ?? dataset
        self.method = method
        self.network = network
        self.teachers = teachers ?? [String](repeating: network, count: method.teacherCount.lowerBound)
        self.weights = weights
        self.imageSize = imageSize
        self.fit = fit
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimiser = optimiser
        self.learningRate = learningRate ?? Defaults.learningRate(optimiser)
        self.weightDecay = weightDecay
        self.freezeEpochs = freezeEpochs ?? (weights == nil ? 0 : min(Defaults.freezeEpochs, epochs - 1))
        self.patience = patience
        self.flips = flips
        self.confidence = confidence
        self.semiSupervision = semiSupervision ?? SemiSupervision(method)
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.trainingPrecision = trainingPrecision
        self.conformalAlpha = conformalAlpha
        self.quantisation = quantisation
        self.baseline = baseline ?? method.usesUnlabelled
        self.seed = seed
        self.threads = threads
        self.priority = priority
        self.timeLimitSeconds = timeLimitSeconds
    }
}

extension TrainSpecification {
    /// The same training with other random choices.
    func with(seed: UInt64) -> TrainSpecification {
        var other = self
        other.seed = seed
        return other
    }
}

extension KeyedDecodingContainer {
    /// Jobs that an earlier release has stored know no class weights: they ran with the default. (The compiler's own decoding calls this overload.)
    func decode(_ type: TrainSpecification.ClassWeights.Type, forKey key: Key) throws -> TrainSpecification.ClassWeights {
        try decodeIfPresent(type, forKey: key) ?? TrainSpecification.Defaults.classWeights
    }

    /// Nor a precision.
    func decode(_ type: TrainSpecification.Precision.Type, forKey key: Key) throws -> TrainSpecification.Precision {
        try decodeIfPresent(type, forKey: key) ?? TrainSpecification.Defaults.trainingPrecision
    }

    /// Nor these fields: they ran one round of plain distillation.
    func decode(_ type: TrainSpecification.SemiSupervision.Type, forKey key: Key) throws -> TrainSpecification.SemiSupervision {
        try decodeIfPresent(type, forKey: key) ?? TrainSpecification.SemiSupervision(.plainDistillation)
    }
}
