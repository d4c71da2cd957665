import Engine
import Images
import ModelFormat

/// Answers for pictures with one model. Every answer comes from a forward pass of its own; nothing is remembered between two.
///
/// Pictures are decoded on a few threads and run on a few others (lanes), each of which owns its plans. At most `capacity` pictures are inside; one more is refused at
/// once with ``InferenceError/saturated(waiting:limit:)``. Releasing the predictor ends its threads.
package final class Predictor: Sendable {
    package let manifest: ModelManifest
    package let options: PredictorOptions
    private let core: PredictorCore

    /// Reads the model, compiles each precision on each lane and warms it up. Blocks for as long as that takes (some hundred milliseconds): call it from a thread that may.
    /// - Throws: ``ModelFormatError``, ``EngineError`` or ``InferenceError``.
    package init(model: ModelDirectory, backend: any Backend, options: PredictorOptions = PredictorOptions()) throws {
        try options.validate()
        manifest = model.manifest
        self.options = options
        let source = LaneSource(
            backend: backend, graph: try model.graph(), parameters: try model.parameters(), quantised: try model.quantised())
        core = try PredictorCore(manifest: model.manifest, options: options)
        try core.start(source)
    }

    package convenience init(model: ModelDirectory, backend: any Backend, lanes: Int, threadsPerLane: Int, capacity: Int = 64) throws {
        let options = PredictorOptions(lanes: lanes, threadsPerLane: threadsPerLane, decoders: lanes, capacity: capacity)
        try self.init(model: model, backend: backend, options: options)
    }

    deinit { core.close() }

    /// - Parameter picture: an encoded picture: JPEG, PNG, TIFF, WebP or BMP.
    /// - Throws: `ImageError` for what is wrong with the picture; ``InferenceError``; `CancellationError`, and then its place is free again.
    package func classify(_ picture: [UInt8], _ options: ClassifyOptions = ClassifyOptions()) async throws -> Answer {
        try await answer(.encoded(picture), options)
    }

    /// The same for a picture that is decoded already.
    package func classify(_ picture: RGBImage, _ options: ClassifyOptions = ClassifyOptions()) async throws -> Answer {
        try await answer(.decoded(picture), options)
    }

    package var load: PredictorLoad { core.admission.load }

    /// Takes no more pictures. Those inside are still answered. Returns at once; ``drained()`` waits.
    package func shutdown() { core.close() }

    /// Returns when all pictures are answered and all threads have ended. Only after ``shutdown()``.
    package func drained() async { await core.drained() }

    private func answer(_ picture: PictureRequest.Picture, _ options: ClassifyOptions) async throws -> Answer {
        guard options.topK >= 1 else { throw InferenceError.outOfRange(name: "top_k", got: options.topK, allowed: "1 and more") }
        let precision = options.precision ?? manifest.defaultPrecision
        guard manifest.precisions.contains(precision) else {
            throw InferenceError.precisionUnavailable(got: precision, available: manifest.precisions)
        }
        try core.admission.enter()
        let request = PictureRequest(picture: picture, precision: precision, options: options, admission: core.admission)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                request.wait(continuation)
                if !request.isAnswered { core.submit(request) }
            }
        } onCancel: {
            core.cancel(request)
        }
    }
}
