import Base
import DatasetStore
import Inference
import Images
import Jobs
import ModelExport
import ModelFormat
import Training
import TrainingJobs

extension AliquotError {
    /// The public form of what the parts below throw.
    init(_ error: any Error, model: String = "the model", picture: String = "the picture") {
        switch error {
        case let error as AliquotError: self = error
        case is CancellationError, TrainingError.interrupted, ArchiveError.stopped: self = .cancelled
        case SpecificationError.invalid(let faults): self = .invalid(faults.map { Fault($0) })
        case TrainingJobError.unknownClasses(let got, let known): self = .unknownClasses(got, known: known)
        case let error as ArchiveError: self = .pictures(path: picture, reason: "\(error)")
        case let error as ImageError: self = .picture(name: picture, reason: "\(error)")
        case let error as ModelFormatError: self = .model(path: model, reason: "\(error)")
        case let error as ModelExportError: self = .model(path: model, reason: error.description)
        case let error as InferenceError: self = .model(path: model, reason: "\(error)")
        case let error as SystemError: self = .system(reason: error.description)
        default:
            let failure = FailureReason.failure(of: error)
            self = .failed(code: failure.code, title: failure.title, detail: failure.detail)
        }
    }
}

extension AliquotError.Fault {
    /// `/quantisation/max_drop` as `quantisation.max_drop`.
    init(_ fault: SpecificationFault) {
        let field = fault.pointer.split(separator: "/").map { $0.replacing("~1", with: "/").replacing("~0", with: "~") }
        self.init(field: field.joined(separator: "."), code: fault.code, detail: fault.detail)
    }
}
