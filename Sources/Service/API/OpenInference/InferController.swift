import Base
import Foundation
import HTTP
import HTTPTypes
import Inference
import ModelFormat

/// `POST /v2/models/{m}[/versions/{v}]/infer`: the Open Inference Protocol's question, answered by the same predictors as `classify`.
struct InferController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        for (id, path) in [("v2Infer", "/v2/models/{m}/infer"), ("v2InferByVersion", "/v2/models/{m}/versions/{v}/infer")] {
            table.on(
                .post, path,
                .init(
                    id, "open-inference", "Logits and probabilities of one or many pictures; tensors as JSON or as bytes behind it.",
                    requestHeaders: ["Inference-Header-Content-Length"],
                    body: .jsonOrBinary("V2InferRequest", "JSON, and behind it the bytes of binary tensors."),
                    answers: [
                        .init(
                            200, "The outputs.", .jsonOr("V2InferAnswer", [FileType.octets]), headers: ["Inference-Header-Content-Length"])
                    ],
                    problems: [400, 404, 413, 415, 422, 503, 504]), infer)
        }
    }

    private func infer(_ request: ServerRequest) async throws -> ServerResponse {
        let started = ContinuousClock.now
        try environment.status.requireReady()
        let key = try await ModelSelector(models: environment.models).key(request)
        let headerLength = try Self.headerLength(request)
        // Tensors are copied out of the body.
        return try await environment.bodies.hold(request.body, most: ModelTensors.maximumBytes, copies: 2) {
            let body = try await request.body.collect(limit: ModelTensors.maximumBytes, called: "the request")
            return try await answer(body, headerLength, key, started)
        }
    }

    private func answer(
        _ body: [UInt8], _ headerLength: Int?, _ key: ModelVersionKey, _ started: ContinuousClock.Instant
    ) async throws -> ServerResponse {
        let environment = environment
        let manifest = try await environment.models.version(key.model, key.version).manifest
        // Large JSON takes tens of milliseconds to read: not on Swift's few threads.
        let asked =
            (headerLength ?? body.count) < 64 << 10
            ? try Self.read(body, headerLength, manifest)
            : try await environment.disk.run { try Self.read(body, headerLength, manifest) }
        let left = asked.timeoutMilliseconds.map { $0 - Int(started.duration(to: .now) / .milliseconds(1)) }
        let (scores, precision) = try await Deadline.run(milliseconds: left, of: asked.timeoutMilliseconds) {
            try await environment.predictors.use(key) { predictor in
                (try await Self.scores(predictor, asked, key, environment), asked.options.precision ?? predictor.manifest.defaultPrecision)
            }
        }
        return try InferAnswer(
            key: key, id: asked.id, outputs: asked.outputs, labels: manifest.classes, scores: scores, precision: precision.rawValue
        ).response()
    }

    private static func read(_ body: [UInt8], _ headerLength: Int?, _ manifest: ModelManifest) throws -> InferRequest {
        var reader = try InferReader(body, headerLength: headerLength, manifest: manifest)
        return try reader.read()
    }

    private static func headerLength(_ request: ServerRequest) throws(APIError) -> Int? {
        guard let text = request.fields[InferAnswer.headerLengthName] else { return nil }
        guard let length = Int(text), length >= 0, "\(length)" == text else {
            throw .malformed("Inference-Header-Content-Length is '\(text.prefix(64))'; the number of bytes of the JSON is expected")
        }
        return length
    }

    /// All pictures, a few at a time, in their order. One that fails fails the request, which is one question.
    private static func scores(_ predictor: Predictor, _ asked: InferRequest, _ key: ModelVersionKey, _ environment: APIEnvironment)
        async throws -> [Scores]
    {
        if asked.pictures.count == 1 {
            return [try await PictureTurn.scores(predictor, asked.pictures[0], asked.options, key, environment, waits: false)]
        }
        return try await withThrowingTaskGroup(of: (Int, Scores).self) { group in
            var scores = [Scores?](repeating: nil, count: asked.pictures.count)
            for (index, picture) in asked.pictures.enumerated() {
                if index >= environment.picturesAtOnce, let (done, result) = try await group.next() { scores[done] = result }
                group.addTask {
                    (index, try await PictureTurn.scores(predictor, picture, asked.options, key, environment, waits: true))
                }
            }
            for try await (done, result) in group { scores[done] = result }
            return scores.compactMap(\.self)
        }
    }
}
