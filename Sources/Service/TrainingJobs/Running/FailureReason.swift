import Base
import DatasetStore
import Engine
import Foundation
import Jobs
import ModelFormat
import Training

/// The reason that a user reads, for everything that a job can throw.
package enum FailureReason {
    package static func failure(of error: any Error) -> JobFailure {
        switch error {
        case let error as JobFailure: error
        case let error as SystemError where error.isNoSpace:
            JobFailure(code: "disk_full", title: "The disk is full", detail: error.description)
        case ModelFormatError.file(let error) where error.isNoSpace:
            JobFailure(code: "disk_full", title: "The disk is full", detail: error.description)
        case let error as SystemError: JobFailure(code: "system", title: "A call of the system failed", detail: error.description)
        case let error as TrainingError: failure(of: error)
        case let error as TrainingJobError: failure(of: error)
        case let error as ArchiveError: JobFailure(code: "archive", title: "The archive cannot be imported", detail: "\(error)")
        case let error as ModelFormatError:
            JobFailure(code: "unreadable_weights", title: "Weights or a checkpoint cannot be read", detail: "\(error)")
        case let error as EngineError: JobFailure(code: "engine", title: "The network cannot be run", detail: "\(error)")
        case let error as DatasetStoreError: JobFailure(code: "dataset", title: "The dataset cannot be read or written", detail: "\(error)")
        default: JobFailure(code: "internal", title: "The job failed", detail: "\(error)")
        }
    }

    private static func failure(of error: TrainingError) -> JobFailure {
        switch error {
        case .picture(let name, let reason):
            JobFailure(code: "unreadable_picture", title: "A picture cannot be decoded", detail: "\(name): \(reason)")
        case .unreadable(let name, let reason):
            JobFailure(code: "unreadable_picture", title: "A picture cannot be read", detail: "\(name): \(reason)")
        case .diverged(let stage, let epoch, let step):
            JobFailure(
                code: "diverged", title: "The training diverged",
                detail: "the loss of \(stage) is no longer a number in epoch \(epoch), step \(step); a smaller learning_rate may help")
        case .tooFewSamples(let what, let got, let needed):
            JobFailure(code: "too_few_pictures", title: "There are too few pictures", detail: "\(got) \(what), \(needed) are needed")
        case .foreignCheckpoint(let file, _, _):
            JobFailure(
                code: "checkpoint", title: "The checkpoint belongs to another run",
                detail: "\(file) was written for other settings or pictures")
        case .brokenCheckpoint(let file, let detail):
            JobFailure(code: "checkpoint", title: "The checkpoint cannot be used", detail: "\(file): \(detail)")
        case .interrupted, .labelOutOfRange, .outOfRange:
            JobFailure(code: "training", title: "The training cannot be done", detail: "\(error)")
        }
    }

    private static func failure(of error: TrainingJobError) -> JobFailure {
        switch error {
        case .tooFewClasses(let got):
            JobFailure(code: "too_few_classes", title: "There are too few classes", detail: "\(got) classes, 2 are needed")
        case .classWithoutPictures(let name):
            JobFailure(
                code: "class_without_pictures", title: "A class has no picture to learn from",
                detail: "no labelled training picture is a \(name)")
        case .unknownLabel(let picture, let label):
            JobFailure(code: "unknown_label", title: "A picture has a label that is no class", detail: "\(picture): \(label)")
        case .noValidationPictures:
            JobFailure(
                code: "too_few_pictures", title: "There are too few pictures",
                detail: "no class has a second picture to set aside for validation")
        case .unknownClasses(let got, let known):
            JobFailure(
                code: "unknown_classes", title: "The model does not know some classes of the pictures",
                detail: "\(got.joined(separator: ", ")); it knows \(known.joined(separator: ", "))")
        case .noLabelledPictures(let role):
            JobFailure(code: "too_few_pictures", title: "There are too few pictures", detail: "no picture of role \(role) bears a label")
        case .missingWeights(let name): JobFailure(code: "missing_weights", title: "The pretrained weights are not there", detail: name)
        case .changedWeights(let name, let got, let expected):
            JobFailure(
                code: "changed_weights", title: "The pretrained weights were replaced since the job began",
                detail:
                    "'\(name)' has SHA-256 \(got), the job began with \(expected); put that file back and resume, or submit a new job")
        case .unknownChoice(let field, let got):
            JobFailure(code: "specification", title: "The specification cannot be carried out", detail: "\(field): \(got)")
        case .journal(let reason): JobFailure(code: "journal", title: "The job's events cannot be written", detail: reason)
        }
    }
}
