import Engine
import Evaluation
import Images
import ModelFormat

/// Answers for pictures with one model. Every answer comes from a forward pass of its own; nothing is remembered between two.
///
/// Pictures are decoded on a few threads and run on a few others (lanes), each of which owns its plans; those that came while a lane was busy go through it together.
/// At most `capacity` pictures are inside; one more is refused at once with ``InferenceError/saturated(waiting:limit:)``. Releasing the predictor ends its threads.
///
/// The logits of a picture are those that it gets alone, up to ``Canary``'s tolerance, whatever goes with it.
package final class Predictor: Sendable {
    package let manifest: ModelManifest
    package let options: PredictorOptions
    private let core: PredictorCore

    /// Reads the model, compiles each precision on each lane, warms it up and checks it with a picture of its own. Blocks for as long as that takes (some hundred milliseconds): call it from a thread that may.
    /// - Throws: ``ModelFormatError``, ``EngineError`` or ``InferenceError``.
    package init(model: ModelDirectory, backend: any Backend, options: PredictorOptions = PredictorOptions()) throws {
        try options.validate()
        manifest = model.manifest
        self.options = options
        core = try PredictorCore(manifest: model.manifest, options: options)
        let canary = core.preparation.numbers(of: try Canary.picture(side: model.manifest.input.size))
        try core.start(
            LaneSource(
                backend: backend, graph: try model.graph(), parameters: try model.parameters(), quantised: try model.quantised(),
                canary: canary))
    }

    package convenience init(model: ModelDirectory, backend: any Backend, lanes: Int, threadsPerLane: Int, capacity: Int = 64) throws {
        let options = PredictorOptions(lanes: lanes, threadsPerLane: threadsPerLane, decoders: lanes, capacity: capacity)
        try self.init(model: model, backend: backend, options: options)
    }

    deinit { core.close() }

    /// - Parameter picture: an encoded picture: JPEG, PNG, TIFF, WebP or BMP.
    /// - Throws: `ImageError` for what is wrong with the picture; ``InferenceError``; `CancellationError`, and then its place is free again.
    package func classify(_ picture: [UInt8], _ options: ClassifyOptions = ClassifyOptions()) async throws -> Answer {
        try Self.check(options)
        return answer(try await scores(.encoded(picture), options), options)
    }

    /// The same for a picture that is decoded already.
    package func classify(_ picture: RGBImage, _ options: ClassifyOptions = ClassifyOptions()) async throws -> Answer {
        try Self.check(options)
        return answer(try await scores(.decoded(picture), options), options)
    }

    /// Logits and probabilities of all classes; `topK` is not looked at.
    /// - Throws: as ``classify(_:_:)-(RGBImage,_)``; ``InferenceError/wrongNumberCount(got:expected:)`` for normalised numbers of another size.
    package func scores(_ picture: PictureInput, _ options: ClassifyOptions = ClassifyOptions()) async throws -> Scores {
        let precision = options.precision ?? manifest.defaultPrecision
        guard manifest.precisions.contains(precision) else {
            throw InferenceError.precisionUnavailable(got: precision, available: manifest.precisions)
        }
        if case .normalised(let numbers) = picture {
            let expected = 3 * manifest.input.size * manifest.input.size
            guard numbers.count == expected else { throw InferenceError.wrongNumberCount(got: numbers.count, expected: expected) }
        }
        try core.admission.enter()
        let request = PictureRequest(picture: picture, precision: precision, doubt: options.doubt, admission: core.admission)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                request.wait(continuation)
                if !request.isAnswered { core.submit(request) }
            }
        } onCancel: {
            core.cancel(request)
        }
    }

    /// Bytes of all plans: activations, and weights as large as their files.
    package var memoryBytes: Int { core.memoryBytes }

    package var load: PredictorLoad { core.load }

    /// Takes no more pictures. Those inside are still answered. Returns at once; ``drained()`` waits.
    package func shutdown() { core.close() }

    /// Returns when all pictures are answered and all threads have ended. Only after ``shutdown()``.
    package func drained() async { await core.drained() }

    private static func check(_ options: ClassifyOptions) throws(InferenceError) {
        guard options.topK >= 1 else { throw .outOfRange(name: "top_k", got: options.topK, allowed: "1 and more") }
    }

    /// Ranks the scores and makes the prediction set, each precision with its own threshold: that of what was asked, not of what answered in doubt.
    package func answer(_ scores: Scores, _ options: ClassifyOptions) -> Answer {
        let predictions = Ranking.top(options.topK, of: scores.probabilities, labels: manifest.classes)
        let asked = options.precision ?? manifest.defaultPrecision
        let set = manifest.conformal?.threshold(asked).map { threshold in
            AdaptiveSets(threshold: threshold).classes(of: scores.probabilities).map { manifest.classes[$0] }
        }
        return Answer(
            precision: scores.precision, inDoubt: scores.isDoubtful ? true : nil, predictions: predictions, predictionSet: set,
            timing: scores.timing)
    }
}
