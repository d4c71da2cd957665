import Augmentation
import Base
import Engine
import Foundation
import Images
import Jobs
import ModelFormat
import Networks
import SemiSupervised
import Training

/// From a job's specification to networks with initial weights and settings.
struct Recipes {
    let specification: TrainSpecification
    let classes: [String]
    /// Nil where training starts from random ones.
    let weights: StartingWeights?

    func geometry() throws(TrainingJobError) -> EvaluationGeometry {
        guard let fit = Fit(rawValue: specification.fit.rawValue) else {
            throw .unknownChoice(field: "fit", got: specification.fit.rawValue)
        }
        return EvaluationGeometry(size: specification.imageSize, fit: fit)
    }

    /// A seed for one purpose: networks of one job start from different weights and see their pictures in different orders.
    private func seed(_ purpose: String) -> UInt64 {
        var random = SeededRandom(seed: specification.seed, purpose: purpose)
        return random.next()
    }

    /// - Parameters:
    ///   - network: name of the architecture.
    ///   - purpose: `supervised` for the baseline and the teacher, `student`.
    ///   - log: takes a sentence on the weights.
    func recipe(_ network: String, purpose: String, log: (String) -> Void) throws -> Recipe {
        let graph = try NetworkCatalogue.graph(network, classes: classes.count)
        var initial = ParameterSet.initial(for: graph, seed: seed("initial.\(purpose)"))
        var isPretrained = false
        if let weights, network == specification.network {
            let fresh = initial
            let loaded = try PretrainedWeights.loadReporting(weights.url, for: graph, into: initial)
            try weights.verify()
            // The head is always new: equal class counts do not mean equal classes.
            initial = loaded.headWasLoaded ? try fresh.replacingBody(with: loaded.parameters.tensors, graph: graph) : loaded.parameters
            isPretrained = true
            log(
                "\(purpose): \(network) starts from the weights '\(weights.name)'; their head of \(loaded.classesInFile) classes is replaced by a new one of \(classes.count)"
            )
        }
        return Recipe(graph: graph, initial: initial, configuration: try configuration(isPretrained: isPretrained, purpose: purpose))
    }

    /// The choices of the self-training family.
    func distillation() throws(TrainingJobError) -> DistillationSettings {
        let choices = specification.semiSupervision
        var transforms: [PictureTransform] = []
        for choice in choices.transforms {
            guard let transform = PictureTransform(rawValue: choice.rawValue) else {
                throw .unknownChoice(field: "transforms", got: choice.rawValue)
            }
            transforms.append(transform)
        }
        return DistillationSettings(
            confidence: specification.confidence, transforms: transforms, rounds: choices.rounds ?? 1, softLabels: choices.softLabels,
            maximumPerClass: choices.maximumPerClass)
    }

    /// The choices of the consistency family.
    func consistency() throws(TrainingJobError) -> ConsistencySettings {
        guard let method = ConsistencyMethod(rawValue: specification.method.rawValue) else {
            throw .unknownChoice(field: "method", got: specification.method.rawValue)
        }
        let choices = specification.semiSupervision
        let standard = ConsistencySettings(method: method)
        return ConsistencySettings(
            method: method, unlabelledRatio: choices.unlabelledRatio, weight: choices.unsupervisedWeight,
            threshold: choices.threshold ?? standard.threshold, temperature: choices.temperature ?? standard.temperature,
            alpha: choices.alpha ?? standard.alpha, averageDecay: choices.averageDecay ?? standard.averageDecay,
            fairness: choices.fairnessWeight)
    }

    private func configuration(isPretrained: Bool, purpose: String) throws(TrainingJobError) -> TrainingConfiguration {
        guard let flips = Flips(rawValue: specification.flips.rawValue) else {
            throw .unknownChoice(field: "flips", got: specification.flips.rawValue)
        }
        guard let precision = TrainingPrecision(rawValue: specification.trainingPrecision.rawValue) else {
            throw .unknownChoice(field: "training_precision", got: specification.trainingPrecision.rawValue)
        }
        let decay = Float(specification.weightDecay)
        let optimiser: Optimiser =
            switch specification.optimiser {
            case .adamw: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: decay)
            case .sgd: .sgd(momentum: 0.9, nesterov: true, weightDecay: decay)
            }
        return TrainingConfiguration(
            seed: seed("training.\(purpose)"), epochs: specification.epochs,
            freezeEpochs: isPretrained ? min(specification.freezeEpochs, specification.epochs - 1) : 0, batchSize: specification.batchSize,
            optimiser: optimiser, learningRate: specification.learningRate, bodyDivisor: isPretrained ? 10 : 1,
            labelSmoothing: specification.labelSmoothing, balancesClasses: specification.classWeights == .balanced,
            classWeights: specification.classWeights.values(classes), mixUp: specification.semiSupervision.mixUp,
            averageDecay: specification.method.isConsistency ? nil : specification.semiSupervision.averageDecay,
            patience: specification.patience, geometry: try geometry(), flips: flips, precision: precision)
    }
}
