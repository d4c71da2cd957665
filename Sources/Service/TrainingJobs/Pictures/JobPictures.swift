import Base
import DatasetStore
import Foundation
import Training

/// The pictures of a revision by what they are for. Source: learning.md, section 2.
struct JobPictures: Sendable {
    let classes: [String]
    /// Labelled pictures that are learnt from.
    let training: [TrainingSample]
    /// Decide which epoch, temperature and precision is best; never learnt from.
    let validation: [TrainingSample]
    /// The validation pictures were set aside from the labelled ones, because the dataset has none of its own.
    let validationWasSplit: Bool
    let unlabelled: [PictureFile]
    /// By name of an unlabelled picture the class that only the evaluator knows; `classes.count` for one that is none of them.
    let hidden: [String: Int]
    /// Looked at once, at the end.
    let test: [TrainingSample]

    /// - Parameters:
    ///   - seed: decides which labelled pictures become validation where the revision has none.
    ///   - learnsEveryClass: whether each class needs a labelled picture to learn from; for what only looks at pictures one of any class will do.
    /// - Throws: ``TrainingJobError`` for a revision that cannot be learnt from.
    init(classes: [String], entries: [RevisionEntry], blobs: BlobStore, seed: UInt64, learnsEveryClass: Bool = true)
        throws(TrainingJobError)
    {
        guard classes.count >= 2 else { throw .tooFewClasses(got: classes.count) }
        let indices = Dictionary(classes.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var samples: [ImageRole: [TrainingSample]] = [:]
        var unlabelled: [PictureFile] = []
        var hidden: [String: Int] = [:]
        for entry in entries {
            let file = PictureFile(name: entry.image.description, url: blobs.url(entry.sha256), digest: entry.sha256)
            guard let label = entry.label else {
                guard entry.role == .train else { continue }
                unlabelled.append(file)
                if let own = entry.hiddenLabel { hidden[file.name] = indices[own] ?? classes.count }
                continue
            }
            guard let index = indices[label] else { throw .unknownLabel(picture: file.name, label: label) }
            samples[entry.role, default: []].append(TrainingSample(picture: file, label: index))
        }
        let labelled = samples[.train] ?? []
        guard learnsEveryClass || !labelled.isEmpty else { throw .noLabelledPictures(role: ImageRole.train.rawValue) }
        for (index, name) in classes.enumerated() where learnsEveryClass && !labelled.contains(where: { $0.label == index }) {
            throw .classWithoutPictures(name)
        }
        let given = samples[.validation] ?? []
        if given.isEmpty {
            let split = ValidationSplit(
                labels: labelled.map(\.label), classes: classes.count, seed: seed, digests: labelled.map(\.picture.digest))
            training = split.training.map { labelled[$0] }
            validation = split.validation.map { labelled[$0] }
        } else {
            training = labelled
            validation = given
        }
        guard !validation.isEmpty else { throw .noValidationPictures }
        validationWasSplit = given.isEmpty
        self.classes = classes
        self.unlabelled = unlabelled
        self.hidden = hidden
        test = samples[.test] ?? []
    }
}
