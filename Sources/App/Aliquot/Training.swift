import Base
import Foundation
import Jobs
import Synchronization

/// One training, from a folder or archive of pictures to a model folder with its report, without a server.
///
/// ```swift
/// var options = TrainingOptions(network: .mobileNetV2, method: .plainDistillation)
/// options.epochs = 20
/// let outcome = try await Training(pictures: folder, options: options, output: output).run { print($0) }
/// ```
///
/// The same code runs as in a worker of the service: the same options, seed and number of threads give the same bits.
/// A cancelled task stops the training within one step; a repeated ``run(_:)`` with the same pictures, options and output goes on from its checkpoint.
public struct Training: Sendable {
    /// A folder, or a tar, tar.gz or zip archive: `labelled/CLASS/*`, `unlabelled/*`, `validation/CLASS/*`, `test/CLASS/*`.
    public let pictures: URL
    /// A new or empty folder, or that of the same training interrupted.
    public let output: URL
    /// Where pretrained weights lie, `NAME.safetensors`.
    public let weights: URL?
    /// The fields of the job, by their names in the HTTP interface.
    let fields: @Sendable () throws(AliquotError) -> [JSONValue.Field]

    /// - Parameters:
    ///   - pictures: a folder or an archive.
    ///   - options: what is trained and how.
    ///   - output: where model and report go.
    ///   - weights: a folder of pretrained weights, needed where the options name some.
    public init(pictures: URL, options: TrainingOptions, output: URL, weights: URL? = nil) {
        self.pictures = pictures
        self.output = output
        self.weights = weights
        fields = { () throws(AliquotError) -> [JSONValue.Field] in
            do {
                guard case .object(let fields) = try JSONValue(of: options) else { return [] }
                return fields
            } catch {
                // JSON has no infinity and no not-a-number.
                throw .invalid([
                    .init(field: "options", code: "not_finite", detail: "a number is not finite: \(error.localizedDescription)")
                ])
            }
        }
    }

    /// The same with fields that are only judged when the training runs.
    package init(pictures: URL, fields: [JSONValue.Field], output: URL, weights: URL? = nil) {
        self.pictures = pictures
        self.output = output
        self.weights = weights
        self.fields = { () throws(AliquotError) -> [JSONValue.Field] in fields }
    }

    /// What is wrong with the fields by themselves, before any picture is read; empty where nothing is.
    package func faults() -> [AliquotError.Fault] {
        do {
            try TrainingRun(self, stop: StopFlag(), watch: { _ in }).judgeOptions()
            return []
        } catch AliquotError.invalid(let faults) {
            return faults
        } catch SpecificationError.invalid(let faults) {
            return faults.map { AliquotError.Fault($0) }
        } catch { return [] }  // what else is wrong is told when it runs
    }

    /// Trains to the end, or goes on where an earlier call with the same output stopped. Where that had finished, its outcome is returned at once.
    ///
    /// - Parameter watch: is told what happens, on the thread that computes: it must return at once.
    /// - Returns: where model and report are, and the main figures.
    /// - Throws: ``AliquotError``: ``AliquotError/invalid(_:)`` with every fault of the options; ``AliquotError/cancelled`` where the task is cancelled.
    public func run(_ watch: @escaping @Sendable (TrainingEvent) -> Void = { _ in }) async throws(AliquotError) -> TrainingOutcome {
        let stop = StopFlag()
        do {
            return try await withTaskCancellationHandler {
                try await TrainingRun(self, stop: stop, watch: watch).carryOut()
            } onCancel: {
                stop.raise()
            }
        } catch {
            throw AliquotError(error)
        }
    }
}
