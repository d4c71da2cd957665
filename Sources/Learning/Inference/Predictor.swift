import Engine
import Evaluation
import Explanation
import Images
import ModelFormat

/// Answers for pictures with one model. Every answer comes from a forward pass of its own; nothing is remembered between two.
///
/// Pictures are decoded on a few threads and run on a few others (lanes), each of which owns its plans; those that came while a lane was busy go through it together.
/// At most `capacity` pictures are inside; one more is refused at once with ``InferenceError/saturated(waiting:limit:)``. Releasing the predictor ends its threads.
///
/// The logits of a picture are those that it gets alone, up to ``Canary``'s tolerance, whatever goes with it.
package final class Predictor: Sendable {
    /// The model's, but without int8 where this CPU cannot run it: weights of 8 bits, from a machine that has wide 8-bit products, would be summed wrongly.
    package let manifest: ModelManifest
    package let options: PredictorOptions
    private let core: PredictorCore
    private let explainer: Result<GradCAM, EngineError>

    /// Reads the model, compiles each precision on each lane, warms it up and checks it with a picture of its own. Blocks for as long as that takes (some hundred milliseconds): call it from a thread that may.
    /// - Throws: ``ModelFormatError``, ``EngineError`` or ``InferenceError``.
    package init(
        model: ModelDirectory, backend: any Backend, options: PredictorOptions = PredictorOptions(), company: any LaneCompany = NoCompany()
    ) throws {
        try options.validate()
        var (manifest, quantised) = (model.manifest, try model.quantised())
        if let network = quantised, !backend.hasWideInt8Products, !network.has7Bits {
            quantised = nil
            manifest.precisions = [.float]
            manifest.defaultPrecision = .float
        }
        self.manifest = manifest
        self.options = options
        core = try PredictorCore(manifest: manifest, options: options, company: company)
        let canary = core.preparation.numbers(of: try Canary.picture(side: model.manifest.input.size))
        let (graph, parameters) = (try model.graph(), try model.parameters())
        explainer = Result { () throws(EngineError) in try GradCAM(graph, parameters) }
        try core.start(
            LaneSource(
                backend: backend, graph: graph, parameters: parameters, quantised: quantised, explainer: explainer,
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
        return try await scores(picture, .scores, precision, options.doubt)
    }

    /// Where on a picture is what speaks for a class, by the float network. Waits its turn among the pictures to classify.
    ///
    /// - Parameter name: a class by its name, or by its number from 0; nil for the likeliest.
    /// - Throws: as ``classify(_:_:)-([UInt8],_)``; ``InferenceError/unknownClass(got:known:)``, ``InferenceError/notExplainable(reason:)``.
    package func explain(_ picture: [UInt8], class name: String? = nil) async throws -> PictureExplanation {
        let explainer = try Self.known(explainer)
        let label = try name.map { try self.label($0) }
        let header = try ImageDecoder.header(of: picture, limits: core.preparation.limits)
        let scores = try await scores(.encoded(picture), .heat(label: label), .float, .keep)
        guard let finding = scores.finding else { throw InferenceError.notExplainable(reason: "it left no heat map") }
        return PictureExplanation(
            finding, scores, manifest, layer: explainer.layer, picture: (header.width, header.height),
            covering: core.preparation.geometry.coverage(width: header.width, height: header.height))
    }

    /// Names come first: a class may be called "1".
    private func label(_ name: String) throws(InferenceError) -> Int {
        if let label = manifest.classes.firstIndex(of: name) { return label }
        guard let number = Int(name), manifest.classes.indices.contains(number) else {
            throw .unknownClass(got: name, known: manifest.classes)
        }
        return number
    }

    static func known(_ explainer: Result<GradCAM, EngineError>) throws -> GradCAM {
        do {
            return try explainer.get()
        } catch .unsupported(let what, _) {
            throw InferenceError.notExplainable(reason: what)
        }
    }

    private func scores(_ picture: PictureInput, _ wish: PictureRequest.Wish, _ precision: Precision, _ doubt: ClassifyOptions.Doubt)
        async throws -> Scores
    {
        try core.admission.enter()
        let request = PictureRequest(picture: picture, wish: wish, precision: precision, doubt: doubt, admission: core.admission)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                request.wait(continuation)
                if !request.isAnswered { core.submit(request) }
            }
        } onCancel: {
            core.cancel(request)
        }
    }

    /// Bytes of all plans (activations, and weights as large as their files) and of what explanations need.
    package var memoryBytes: Int { core.memoryBytes + ((try? explainer.get())?.bytes ?? 0) }

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
