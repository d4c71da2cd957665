import Base
import Foundation

/// What is learnt from and what decides which epoch is best.
package struct TrainingData: Sendable, Equatable {
    package let classes: Int
    package let training: [TrainingSample]
    package let validation: [TrainingSample]

    /// - Throws: ``TrainingError/tooFewSamples(what:got:needed:)``, ``TrainingError/labelOutOfRange(picture:got:classes:)``.
    package init(classes: Int, training: [TrainingSample], validation: [TrainingSample]) throws(TrainingError) {
        guard training.count >= 2 else { throw .tooFewSamples(what: "training pictures", got: training.count, needed: 2) }
        guard !validation.isEmpty else { throw .tooFewSamples(what: "validation pictures", got: 0, needed: 1) }
        for sample in training + validation where !(0..<classes).contains(sample.label) {
            throw .labelOutOfRange(picture: sample.picture.name, got: sample.label, classes: classes)
        }
        for case (let sample, let soft?) in training.map({ ($0, $0.soft) }) where soft.probabilities.count != classes {
            throw .labelOutOfRange(picture: sample.picture.name, got: soft.probabilities.count, classes: classes)
        }
        self.classes = classes
        self.training = training
        self.validation = validation
    }

    /// A digest of the settings and of every picture's name and label: what a checkpoint belongs to.
    package func fingerprint(_ configuration: TrainingConfiguration) throws -> SHA256Digest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var text = String(decoding: try encoder.encode(configuration), as: UTF8.self)
        for sample in training {
            text += "\nt \(sample.label) \(sample.picture.name)"
            if let soft = sample.soft { text += " \(soft.temperature) \(soft.probabilities)" }
        }
        for sample in validation { text += "\nv \(sample.label) \(sample.picture.name)" }
        return SHA256Digest(of: Data(text.utf8))
    }
}
