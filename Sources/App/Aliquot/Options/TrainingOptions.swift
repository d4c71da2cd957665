/// What is trained, and how. Everything but ``network`` and ``method`` may stay `nil`: then it has the default that `docs/learning.md` gives with its reason.
///
/// `GET /v1/methods` describes the same fields; the same judgement refuses what cannot work, all faults at once.
public struct TrainingOptions: Sendable, Codable, Equatable {
    /// How a picture becomes square.
    public enum Fit: String, Sendable, Codable { case crop, pad, squish }
    /// Mirroring while training: `both` for microscopy.
    public enum Flips: String, Sendable, Codable { case none, horizontal, both }
    public enum Optimiser: String, Sendable, Codable { case adamw, sgd }
    /// What convolutions multiply while the network learns; `bfloat16` only where the CPU has it.
    public enum TrainingPrecision: String, Sendable, Codable { case float32, bfloat16 }

    /// How the trained network becomes an int8 one.
    public struct Quantisation: Sendable, Codable, Equatable {
        /// `ptq`, or `none`.
        public var scheme: String?
        /// How ranges are found: `minmax`, `percentile`, `mse`, `entropy`.
        public var calibration: String?
        /// The most validation macro-F1 that int8 may lose.
        public var maximumDrop: Double?
        /// Passes of training with 8-bit rounding, where no calibration passes the gates; 0: none.
        public var qatEpochs: Int?

        public init(scheme: String? = nil, calibration: String? = nil, maximumDrop: Double? = nil, qatEpochs: Int? = nil) {
            self.scheme = scheme
            self.calibration = calibration
            self.maximumDrop = maximumDrop
            self.qatEpochs = qatEpochs
        }

        enum CodingKeys: String, CodingKey {
            case scheme, calibration
            case maximumDrop = "max_drop"
            case qatEpochs = "qat_epochs"
        }
    }

    public var network: Network
    public var method: LearningMethod
    /// Networks of the teachers of a distillation; the student's own if absent.
    public var teachers: [Network]?
    /// Name of pretrained weights in the folder of weights that the training is given; random ones if absent.
    public var weights: String?
    /// Side of the pictures as the network sees them, pixels.
    public var imageSize: Int?
    public var fit: Fit?
    /// Passes over the pictures at most.
    public var epochs: Int?
    public var batchSize: Int?
    public var optimiser: Optimiser?
    /// Greatest rate of the schedule.
    public var learningRate: Double?
    public var weightDecay: Double?
    /// Epochs at the start that train the head only, with pretrained weights.
    public var freezeEpochs: Int?
    /// Epochs without a better validation macro-F1 before training stops.
    public var patience: Int?
    public var flips: Flips?
    /// A pseudo-label is kept if its probability is strictly greater.
    public var confidence: Double?
    /// Views that teachers see besides the picture itself, such as `horizontal_flip`, `gamma`.
    public var transforms: [String]?
    /// How often unlabelled pictures are labelled.
    public var rounds: Int?
    /// Temperature at which the student learns the teachers' probabilities; absent: the likeliest class.
    public var softLabels: Double?
    /// The most pseudo-labels of a class.
    public var maximumPerClass: Int?
    /// Unlabelled pictures for each labelled one in a step.
    public var unlabelledRatio: Int?
    /// Weight of the unlabelled part of the loss.
    public var unsupervisedWeight: Double?
    /// Probability from which a weak view's class counts.
    public var threshold: Double?
    /// Below 1 guessed labels are sharpened.
    public var temperature: Double?
    /// Shares of a mixture are drawn from Beta(alpha, alpha).
    public var alpha: Double?
    /// Decay of the average of the weights that is evaluated.
    public var averageDecay: Double?
    public var labelSmoothing: Double?
    /// Pictures and labels are mixed in pairs, shares from Beta(mixUp, mixUp).
    public var mixUp: Double?
    /// Weight of the term of `freematch` that keeps every class in play.
    public var fairnessWeight: Double?
    public var classWeights: ClassWeights?
    public var trainingPrecision: TrainingPrecision?
    /// How often an answer's prediction set may miss the true class.
    public var conformalAlpha: Double?
    public var quantisation: Quantisation?
    /// Whether the network is also trained on labels alone, with the same budget, and compared.
    public var baseline: Bool?
    /// The same seed and number of threads give the same bits on one machine.
    public var seed: Int?
    /// Threads to compute with; all cores if absent.
    public var threads: Int?

    public init(network: Network, method: LearningMethod = .supervised) {
        self.network = network
        self.method = method
    }

    enum CodingKeys: String, CodingKey {
        case network, method, teachers, weights, fit, epochs, optimiser, patience, flips, confidence, transforms, rounds, threshold,
            temperature, alpha, quantisation, baseline, seed, threads
        case imageSize = "image_size"
        case batchSize = "batch_size"
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case freezeEpochs = "freeze_epochs"
        case softLabels = "soft_labels"
        case maximumPerClass = "max_per_class"
        case unlabelledRatio = "unlabelled_ratio"
        case unsupervisedWeight = "unsupervised_weight"
        case averageDecay = "ema_decay"
        case labelSmoothing = "label_smoothing"
        case mixUp = "mixup"
        case fairnessWeight = "fairness_weight"
        case classWeights = "class_weights"
        case trainingPrecision = "training_precision"
        case conformalAlpha = "conformal_alpha"
    }
}
