import Augmentation
import Base
import Engine
import Foundation
import Images

/// Every setting of one training. Equal settings, pictures and threads give bit-identical weights.
package struct TrainingConfiguration: Sendable, Codable, Equatable {
    package var seed: UInt64
    package var epochs: Int
    /// The first of these epochs, in which only the head learns, batch norm of the body still in training mode. 0 without pretrained weights.
    package var freezeEpochs: Int
    package var batchSize: Int
    package var optimiser: Optimiser
    /// The head's largest rate in the one-cycle schedule.
    package var learningRate: Double
    /// How many times smaller the body's rate is: 10 with pretrained weights, 1 without.
    package var bodyDivisor: Double
    package var labelSmoothing: Double
    /// Whether every class counts equally in the loss, however many pictures it has.
    package var balancesClasses: Bool
    /// What each class counts for in the loss, by class index; nil: all 1, or as ``balancesClasses`` says.
    package var classWeights: [Double]?
    /// α of MixUp's Beta(α, α); nil: pictures are not mixed.
    package var mixUp: Double?
    /// Of the exponential average of the weights that is kept in their place; nil: none is kept.
    package var averageDecay: Double?
    /// Epochs without a better validation macro-F1 after which training stops.
    package var patience: Int
    package var geometry: EvaluationGeometry
    package var normalisation: Normalisation
    package var flips: Flips
    package var precision: TrainingPrecision

    package init(
        seed: UInt64, epochs: Int = 50, freezeEpochs: Int = 2, batchSize: Int = 32, optimiser: Optimiser = .standardAdamW,
        learningRate: Double = 0.001,
        bodyDivisor: Double = 10, labelSmoothing: Double = 0, balancesClasses: Bool = false, classWeights: [Double]? = nil,
        mixUp: Double? = nil, averageDecay: Double? = nil, patience: Int = 8, geometry: EvaluationGeometry,
        normalisation: Normalisation = .imageNet, flips: Flips = .horizontal, precision: TrainingPrecision = .float32
    ) {
        self.seed = seed
        self.epochs = epochs
        self.freezeEpochs = freezeEpochs
        self.batchSize = batchSize
        self.optimiser = optimiser
        self.learningRate = learningRate
        self.bodyDivisor = bodyDivisor
        self.labelSmoothing = labelSmoothing
        self.balancesClasses = balancesClasses
        self.classWeights = classWeights
        self.mixUp = mixUp
        self.averageDecay = averageDecay
        self.patience = patience
        self.geometry = geometry
        self.normalisation = normalisation
        self.flips = flips
        self.precision = precision
    }

    /// - Throws: ``TrainingError/outOfRange(name:got:allowed:)`` for the first setting that cannot work.
    package func validate() throws(TrainingError) {
        func require(_ isAllowed: Bool, _ name: String, _ got: String, _ allowed: String) throws(TrainingError) {
            guard isAllowed else { throw .outOfRange(name: name, got: got, allowed: allowed) }
        }
        try require(epochs >= 1, "epochs", "\(epochs)", "at least 1")
        try require((0..<epochs).contains(freezeEpochs), "freeze_epochs", "\(freezeEpochs)", "0 to less than epochs (\(epochs))")
        try require(batchSize >= 2, "batch_size", "\(batchSize)", "at least 2")
        try require(learningRate > 0 && learningRate.isFinite, "learning_rate", "\(learningRate)", "above 0")
        try require(bodyDivisor >= 1 && bodyDivisor.isFinite, "body_divisor", "\(bodyDivisor)", "at least 1")
        try require((0..<1).contains(labelSmoothing), "label_smoothing", "\(labelSmoothing)", "0 ≤ ε < 1")
        if let classWeights {
            try require(
                classWeights.allSatisfy { $0 >= 0 && $0.isFinite } && classWeights.contains { $0 > 0 }, "class_weights", "\(classWeights)",
                "0 or more, one above 0")
        }
        if let mixUp { try require(mixUp > 0 && mixUp.isFinite, "mixup", "\(mixUp)", "above 0") }
        if let averageDecay { try require((0..<1).contains(averageDecay), "ema_decay", "\(averageDecay)", "0 to less than 1") }
        try require(patience >= 1, "patience", "\(patience)", "at least 1")
    }
}

extension Optimiser {
    /// AdamW with weight decay 0.01 and betas 0.9 and 0.99. Source: learning.md, section 3 (fastai's defaults).
    package static let standardAdamW = Optimiser.adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01)
    /// SGD with Nesterov momentum 0.9.
    package static let standardSGD = Optimiser.sgd(momentum: 0.9, nesterov: true, weightDecay: 0.01)
}
