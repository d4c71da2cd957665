import Foundation
import Jobs

extension Model {
    /// Makes the model's int8 form anew: a whole model with the same float part. It takes seconds to minutes; a cancelled one leaves nothing.
    ///
    /// - Parameters:
    ///   - pictures: a folder or an archive, as for a ``Training``: what the model learned from, or other pictures of its classes. They give the ranges and judge.
    ///   - output: a new or empty folder; model and report go there as those of a ``Training`` do.
    ///   - options: how; what is absent has the default of a training.
    ///   - seed: chooses pictures; `nil`: that of the training, which gives the same bytes for the same pictures and options on the same machine.
    ///   - watch: is told what happens, on the thread that computes: it must return at once.
    /// - Returns: the new model.
    /// - Throws: ``AliquotError/invalid(_:)`` with every fault; ``AliquotError/failed(code:title:detail:)`` with `quantisation_refused` where the gates let nothing
    ///   pass; ``AliquotError/outputNotEmpty(path:)``, ``AliquotError/cancelled`` and others.
    public func quantise(
        on pictures: URL, to output: URL, options: TrainingOptions.Quantisation = .init(), seed: Int? = nil,
        watch: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
    ) async throws(AliquotError) -> Model {
        let stop = StopFlag()
        let folder = OutputFolder(output)
        do {
            var fields: [JSONValue.Field] = [.init(name: "quantisation", value: try JSONValue(of: options))]
            if let seed { fields.append(.init(name: "seed", value: .number(Double(seed), integer: seed))) }
            let run = QuantisationRun(model: directory, output: folder, fields: fields, threads: threads, stop: stop, watch: watch)
            try await withTaskCancellationHandler {
                try await run.carryOut(pictures.standardizedFileURL.resolvingSymlinksInPath())
            } onCancel: {
                stop.raise()
            }
        } catch { throw AliquotError(error, model: self.folder.path, picture: pictures.path) }
        return try await Model(at: folder.model, threads: threads)
    }
}
