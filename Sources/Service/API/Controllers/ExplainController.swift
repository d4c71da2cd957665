import Foundation
import HTTP
import HTTPTypes
import Inference

/// `POST /v1/models/{m}…/explain`: where on a picture a model found what speaks for a class.
struct ExplainController: Sendable {
    let environment: APIEnvironment

    private static let pngType = "image/png"
    private static let paths = [
        ("explain", "/v1/models/{m}/explain", "the newest version"),
        ("explainByVersion", "/v1/models/{m}/versions/{v}/explain", "a version"),
        ("explainByAlias", "/v1/models/{m}/aliases/{alias}/explain", "the version that an alias names"),
    ]

    func addRoutes(to table: inout RouteTable) {
        for (id, path, which) in Self.paths {
            table.on(
                .post, path,
                .init(
                    id, "models", "Shows where on a picture \(which) found what speaks for a class: an overlay, or the numbers of the map.",
                    query: [
                        .init(
                            "method", .choice(PictureExplanation.Method.allCases.map(\.rawValue)),
                            "Grad-CAM (arXiv:1610.02391) of the float network, at its last feature map; gradcam if absent."),
                        .init(
                            "class", .text(longest: 128),
                            "The class by its name, or by its number from 0; the one that float holds for the likeliest if absent."),
                        Deadline.parameter,
                    ], body: .raw(PictureUpload.mediaTypes, "One picture."),
                    answers: [
                        .init(
                            200, "The picture with the heat map over it; JSON where the client likes that better.",
                            .jsonOr("Explanation", [Self.pngType]), headers: ["Server-Timing"])
                    ],
                    problems: [404, 406, 413, 415, 422, 503, 504]), explain)
        }
    }

    private func explain(_ request: ServerRequest) async throws -> ServerResponse {
        try environment.status.requireReady()
        return try await Deadline.run(milliseconds: request.query["timeout_ms"].flatMap(Int.init)) { try await answer(request) }
    }

    private func answer(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try await ModelSelector(models: environment.models).key(request)
        let type = FileType.essence(request.fields[.contentType])
        guard type?.hasPrefix("multipart/") != true else {
            throw APIError.unsupportedMedia(got: type, allowed: PictureUpload.mediaTypes)
        }
        let wantsNumbers = request.fields[.accept].map { QualityList($0).prefers(FileType.json, to: Self.pngType) } ?? false
        return try await environment.bodies.hold(request.body, most: PictureUpload.limit) {
            let picture = try await request.body.collect(limit: PictureUpload.limit, called: "the picture")
            return try await explained(picture, key, wantsNumbers: wantsNumbers, class: request.query["class"])
        }
    }

    private func explained(_ picture: [UInt8], _ key: ModelVersionKey, wantsNumbers: Bool, class name: String?) async throws
        -> ServerResponse
    {
        let environment = environment
        return try await environment.explanations.withPlace {
            let explanation = try await environment.predictors.use(key) { try await $0.explain(picture, class: name) }
            environment.measures.recordExplained(method: explanation.method.rawValue)
            guard !wantsNumbers else {
                return try .json(
                    ExplanationAnswer(key: key, explanation: explanation),
                    fields: [.serverTiming: ServerTiming.text(of: explanation.timing), .vary: "Accept"])
            }
            let start = ContinuousClock.now
            let png = try await environment.explanations.draw { check in try explanation.overlay(on: picture, check: check) }
            let drawn = ("draw", start.duration(to: .now) / .milliseconds(1))
            return .bytes(
                png, type: Self.pngType, fields: [.serverTiming: ServerTiming.text(of: explanation.timing, drawn), .vary: "Accept"])
        }
    }
}
