import Base
import Foundation
import HTTP
import HTTPTypes
import Images
import Inference
import ModelFormat

/// `POST /v1/models/{m}…/classify`: what a model says of a picture, or of each picture of a form.
struct ClassifyController: Sendable {
    let environment: APIEnvironment

    private static let paths = [
        ("classify", "/v1/models/{m}/classify", "by the newest version"),
        ("classifyByVersion", "/v1/models/{m}/versions/{v}/classify", "by a version"),
        ("classifyByAlias", "/v1/models/{m}/aliases/{alias}/classify", "by the version that an alias names"),
    ]

    func addRoutes(to table: inout RouteTable) {
        for (id, path, which) in Self.paths {
            table.on(
                .post, path,
                .init(
                    id, "models", "Classifies a picture \(which), or each picture of a form.",
                    query: [
                        .init("top_k", .integer(1...1000), "Classes in the answer, the likeliest first; 5 if absent."),
                        .init("precision", .choice(Precision.allCases.map(\.rawValue)), "The model's own choice if absent."),
                        .init(
                            "in_doubt", .choice(ClassifyOptions.Doubt.allCases.map(\.rawValue)),
                            "An int8 answer that its rounding may have decided: answered in float (as if absent), or kept."),
                        Deadline.parameter,
                    ], body: .rawOrFiles(PictureUpload.mediaTypes, "One picture, or a form with many."),
                    answers: [.init(200, "The likeliest classes.", .json("ClassifyAnswer"), headers: ["Server-Timing"])],
                    problems: [404, 413, 415, 422, 503, 504], isLight: true), classify)
        }
    }

    private func classify(_ request: ServerRequest) async throws -> ServerResponse {
        try environment.status.requireReady()
        return try await Deadline.run(milliseconds: request.query["timeout_ms"].flatMap(Int.init)) { try await answer(request) }
    }

    private func answer(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try await ModelSelector(models: environment.models).key(request)
        let options = ClassifyOptions(
            topK: request.query["top_k"].flatMap(Int.init) ?? 5, precision: request.query["precision"].flatMap(Precision.init),
            doubt: request.query["in_doubt"].flatMap(ClassifyOptions.Doubt.init) ?? .float)
        if let reader = MultipartReader(contentType: request.contentType, body: request.body) {
            // A form may hold thousands: not on the loop that serves the sockets.
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await many(reader, key, options, request) }
        }
        let environment = environment
        let answer = try await environment.bodies.hold(request.body, most: PictureUpload.limit) {
            let picture = try await request.body.collect(limit: PictureUpload.limit, called: "the picture")
            return try await environment.predictors.use(key) { predictor in
                let scores = try await PictureTurn.scores(predictor, .encoded(picture), options, key, environment, waits: false)
                return predictor.answer(scores, options)
            }
        }
        return .bytes(
            try PictureAnswer(key: key, answer: answer).json(), type: FileType.json,
            fields: [.serverTiming: ServerTiming.text(of: answer.timing)])
    }

    /// Reads the form one picture after the other and keeps a few of them at work; memory is bounded by `picturesAtOnce` pictures.
    private func many(
        _ reader: MultipartReader, _ key: ModelVersionKey, _ options: ClassifyOptions, _ request: ServerRequest
    ) async throws -> ServerResponse {
        let environment = environment
        let results = try await environment.predictors.use(key) { predictor in
            if let precision = options.precision, !predictor.manifest.precisions.contains(precision) {
                throw InferenceError.precisionUnavailable(got: precision, available: predictor.manifest.precisions)
            }
            var reader = reader
            var results: [PictureAnswers.Item?] = []
            try await withThrowingTaskGroup(of: (Int, PictureAnswers.Item).self) { group in
                var atWork = 0
                while let part = try await reader.nextPart() {
                    guard let file = part.filename, !file.isEmpty else { continue }
                    let index = results.count
                    results.append(nil)
                    let picture: [UInt8]
                    do {
                        picture = try await part.collect(limit: PictureUpload.limit)
                    } catch let error as HTTPError where error == .bodyTooLarge(limit: PictureUpload.limit) {
                        results[index] = .init(
                            file: file, result: .failure(APIError.tooLarge(what: "the picture", limit: PictureUpload.limit).problem))
                        continue
                    }
                    if atWork >= environment.picturesAtOnce, let (done, item) = try await group.next() {
                        results[done] = item
                        atWork -= 1
                    }
                    atWork += 1
                    group.addTask {
                        (
                            index,
                            PictureAnswers.Item(
                                file: file, result: await Self.answer(predictor, picture, options, key, request, environment))
                        )
                    }
                }
                for try await (done, item) in group { results[done] = item }
            }
            return results.compactMap(\.self)
        }
        guard !results.isEmpty else {
            throw APIError.malformed("the form holds no file; send each picture as a file with a name (curl -F file=@a.png)")
        }
        return try .json(PictureAnswers(key: key, results: results))
    }

    /// One picture of a form.
    private static func answer(
        _ predictor: Predictor, _ picture: [UInt8], _ options: ClassifyOptions, _ key: ModelVersionKey, _ request: ServerRequest,
        _ environment: APIEnvironment
    ) async -> Result<Answer, Problem> {
        do {
            let scores = try await PictureTurn.scores(predictor, .encoded(picture), options, key, environment, waits: true)
            return .success(predictor.answer(scores, options))
        } catch {
            return .failure(ErrorMapping.problem(of: error, request, environment.logger))
        }
    }
}
