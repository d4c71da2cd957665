extension TrainSpecification {
    /// The default of every field, each with its reason.
    package enum Defaults {
        /// Works with labels alone, so the shortest job always can run.
        package static let method = Method.supervised
        /// The side for which published weights were trained.
        package static let imageSize = 224
        /// The geometry of published evaluations.
        package static let fit = Fit.crop
        /// Enough for a few hundred pictures; early stopping ends sooner.
        package static let epochs = 50
        /// `learning.md` section 3.
        package static let batchSize = 32
        /// Needs the least tuning.
        package static let optimiser = Optimiser.adamw
        /// Usual peaks of one-cycle schedules: 0.001 for AdamW, 0.01 for SGD with momentum.
        package static func learningRate(_ optimiser: Optimiser) -> Double { optimiser == .adamw ? 0.001 : 0.01 }
        /// `learning.md` section 3.
        package static let weightDecay = 0.01
        /// With pretrained weights: the new head settles before the body moves. 0 without them: a random body must not be frozen.
        package static let freezeEpochs = 2
        /// `learning.md` section 3.
        package static let patience = 8
        /// Right for photographs too; `both` is the choice for microscopy.
        package static let flips = Flips.horizontal
        /// `learning.md` section 4.
        package static let confidence = 0.8
        /// Views that keep a picture's meaning under the microscope and in the field.
        package static let transforms: [Transform] = [.horizontalFlip, .verticalFlip, .horizontalVerticalFlip, .gaussianBlur, .gamma]
        /// One labelling, as in the paper.
        package static let rounds = 1
        /// `learning.md` section 5: 3; MixMatch takes as many unlabelled as labelled pictures.
        package static func unlabelledRatio(_ method: Method) -> Int { method == .mixmatch ? 1 : 3 }
        /// `learning.md` section 5: λ = 1; MixMatch's λ_u = 75.
        package static func unsupervisedWeight(_ method: Method) -> Double { method == .mixmatch ? 75 : 1 }
        /// `learning.md` section 5: τ.
        package static let threshold = 0.95
        /// `learning.md` section 5: T of MixMatch.
        package static let temperature = 0.5
        /// `learning.md` section 5: α of MixMatch.
        package static let alpha = 0.75
        /// `learning.md` section 5.
        package static let averageDecay = 0.999
        /// Off: plain cross-entropy.
        package static let labelSmoothing = 0.0
        /// The pictures as they are: weights that balance make rare classes noisy.
        package static let classWeights = ClassWeights.none
        /// Exact, and runs on every CPU.
        package static let trainingPrecision = Precision.float32
        /// Nine answers of ten hold the true class.
        package static let conformalAlpha = 0.1
        /// The smaller of the paper's two figures (0.01 and 0.05): it only breaks ties between classes.
        package static let fairnessWeight = 0.01
        /// Every model is served faster by int8 where the gates allow it.
        package static let scheme = Quantisation.Scheme.ptq
        /// Robust against single outliers.
        package static let calibration = Quantisation.Calibration.percentile
        /// `learning.md` section 7.
        package static let maximumDrop = 0.01
        /// Half of them find the rate that helps a network, the others use it.
        package static let qatEpochs = 6
        /// Any fixed number: the same job gives the same bits.
        package static let seed: UInt64 = 1
        package static let priority = 0
    }

    /// The values that are allowed, shown by `GET /v1/methods` and enforced at submission.
    package enum Ranges {
        package static let imageSize = 32...1024
        package static let epochs = 1...1000
        /// Batch norm needs two pictures to have a variance.
        package static let batchSize = 2...512
        package static let learningRate = 1e-7...10.0
        package static let weightDecay = 0.0...1.0
        package static let freezeEpochs = 0...1000
        package static let patience = 1...1000
        /// 1 itself would keep nothing: a probability is never strictly greater.
        package static let confidence = 0.0...0.9999
        package static let labelSmoothing = 0.0...0.5
        package static let classWeight = 0.001...1000.0
        /// Below 0.01 nothing promises anything short of a thousand validation pictures.
        package static let conformalAlpha = 0.01...0.5
        package static let mixUp = 0.01...10.0
        package static let fairnessWeight = 0.0...1.0
        package static let rounds = 1...10
        /// A temperature: 1 leaves the teachers' probabilities as they are.
        package static let softLabels = 0.1...20.0
        package static let maximumPerClass = 1...1_000_000
        package static let unlabelledRatio = 1...16
        package static let unsupervisedWeight = 0.0...1000.0
        package static let threshold = 0.0...1.0
        package static let temperature = 0.05...10.0
        package static let alpha = 0.01...10.0
        package static let averageDecay = 0.0...0.99999
        package static let maximumDrop = 0.0...1.0
        /// What has not been learnt by then needs another network.
        package static let qatEpochs = 0...50
        /// Numbers that JSON carries exactly (RFC 8259 section 6).
        package static let seed = 0...9_007_199_254_740_991
        package static let priority = -100...100
        /// Up to thirty days.
        package static let timeLimitSeconds = 1...2_592_000
    }
}
