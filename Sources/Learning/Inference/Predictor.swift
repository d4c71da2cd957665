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

    /// - Parameters:
    ///   - picture: an encoded picture: JPEG, PNG, TIFF, WebP or BMP.
    ///   - topK: at least 1; more than there are classes gives all.
    ///   - precision: nil for the manifest's default.
    /// - Throws: `ImageError` for what is wrong with the picture; ``InferenceError``; `CancellationError`, and then its place is free again.
    package func classify(_ picture: [UInt8], topK: Int = 5, precision: Precision? = nil) async throws -> Answer {
        try await answer(.encoded(picture), topK, precision)
    }

    /// The same for a picture that is decoded already.
    package func classify(_ picture: RGBImage, topK: Int = 5, precision: Precision? = nil) async throws -> Answer {
        try await answer(.decoded(picture), topK, precision)
    }

    package var load: PredictorLoad { core.admission.load }

    /// Takes no more pictures. Those inside are still answered. Returns at once; ``drained()`` waits.
    package func shutdown() { core.close() }

    /// Returns when all pictures are answered and all threads have ended. Only after ``shutdown()``.
    package func drained() async { await core.drained() }

    private func answer(_ picture: PictureRequest.Picture, _ topK: Int, _ precision: Precision?) async throws -> Answer {
        guard topK >= 1 else { throw InferenceError.outOfRange(name: "top_k", got: topK, allowed: "1 and more") }
        let precision = precision ?? manifest.defaultPrecision
        guard manifest.precisions.contains(precision) else {
            throw InferenceError.precisionUnavailable(got: precision, available: manifest.precisions)
        }
        try core.admission.enter()
        let request = PictureRequest(picture: picture, precision: precision, topK: topK, admission: core.admission)
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
