import Base
import Foundation
import HTTP
import HTTPTypes
import Inference
import Jobs
import ModelFormat
import ModelStore

/// `/v2`: the Open Inference Protocol, so that its clients (tritonclient, KServe's) work unchanged: health, metadata, configuration, statistics, the index.
///
/// Source: github.com/kserve/open-inference-protocol, "inference_rest.md"; Triton's extensions statistics, model configuration and model repository (index only).
struct OpenInferenceController: Sendable {
    let environment: APIEnvironment

    private static let tag = "open-inference"
    private static let extensions = [
        "binary_tensor_data", "classification", "model_configuration", "statistics", "model_repository(index)",
    ]
    private static let platform = "aliquot"

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/v2", .init("v2Server", Self.tag, "Name, version, extensions.", answers: [.init(200, "Facts.", .json("V2Server"))]),
            { _ in
                try .json(
                    [
                        "name": "aliquot", "version": .string(environment.version.version),
                        "extensions": .array(Self.extensions.map(JSONValue.string)),
                    ] as JSONValue)
            })
        table.on(
            .get, "/v2/health/live",
            .init("v2Live", Self.tag, "Whether the process answers at all.", answers: [.init(200, "It does.", .json("V2Live"))]),
            { _ in try .json(["live": true] as JSONValue) })
        table.on(
            .get, "/v2/health/ready",
            .init("v2Ready", Self.tag, "Whether it takes work.", answers: [.init(200, "It does.", .json("V2Ready"))], problems: [503]),
            { _ in
                try environment.status.requireReady()
                return try .json(["ready": true] as JSONValue)
            })
        table.on(
            .get, "/v2/models/stats",
            .init("v2AllStatistics", Self.tag, "Statistics of every version.", answers: [.init(200, "By version.", .json("V2Statistics"))]),
            allStatistics)
        table.on(
            .post, "/v2/repository/index",
            .init(
                "v2Index", Self.tag, "Every version of every model, and whether it is in memory.",
                body: .json("V2IndexRequest", required: false),
                answers: [.init(200, "The versions.", .json("V2Index"))], problems: [400]), index)
        for (suffix, path) in [("", "/v2/models/{m}"), ("OfVersion", "/v2/models/{m}/versions/{v}")] {
            table.on(
                .get, path,
                .init(
                    "v2Model\(suffix)", Self.tag, "Inputs and outputs.", answers: [.init(200, "Facts.", .json("V2Model"))], problems: [404]),
                metadata)
            table.on(
                .get, path + "/ready",
                .init(
                    "v2ModelReady\(suffix)", Self.tag, "Loads the version if it is not in memory, and answers once it takes pictures.",
                    answers: [.init(200, "It does.", .json("V2ModelReady"))], problems: [404, 503]), ready)
            table.on(
                .get, path + "/config",
                .init(
                    "v2Configuration\(suffix)", Self.tag, "The configuration that Triton's clients ask for.",
                    answers: [.init(200, "Facts.", .json("V2Configuration"))], problems: [404]), configuration)
            table.on(
                .get, path + "/stats",
                .init(
                    "v2Statistics\(suffix)", Self.tag, "Pictures answered, forward passes, nanoseconds.",
                    answers: [.init(200, "Of the version.", .json("V2Statistics"))], problems: [404]), statistics)
        }
    }

    private var selector: ModelSelector { ModelSelector(models: environment.models) }

    private func manifest(_ key: ModelVersionKey) async throws -> ModelManifest {
        try await environment.models.version(key.model, key.version).manifest
    }

    private func metadata(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try await selector.key(request)
        let manifest = try await manifest(key)
        let versions = try await environment.models.versions(key.model)
        func tensor(_ name: String, _ datatype: String, _ shape: [Int]) -> JSONValue {
            ["name": .string(name), "datatype": .string(datatype), "shape": .array(shape.map { .number(Double($0)) })]
        }
        return try .json(
            [
                "name": .string(key.model.description), "versions": .array(versions.map { .string("\($0)") }),
                "platform": .string(Self.platform),
                "inputs": .array(ModelTensors.Input.allCases.map { tensor($0.rawValue, $0.datatype, $0.shape(manifest)) }),
                "outputs": .array(ModelTensors.Output.allCases.map { tensor($0.rawValue, "FP32", [-1, manifest.classes.count]) }),
            ] as JSONValue)
    }

    private func ready(_ request: ServerRequest) async throws -> ServerResponse {
        try environment.status.requireReady()
        let key = try await selector.key(request)
        try await environment.predictors.prepare(key)
        return try .json(["name": .string(key.model.description), "ready": true] as JSONValue)
    }

    private func configuration(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try await selector.key(request)
        let manifest = try await manifest(key)
        func tensor(_ name: String, _ datatype: String, _ shape: [Int]) -> JSONValue {
            // Triton's names of the types differ from those of the protocol; the first dimension is the batch and not listed.
            let type = datatype == "BYTES" ? "TYPE_STRING" : "TYPE_\(datatype)"
            let dims = shape.count > 1 ? Array(shape.dropFirst()) : [1]
            return ["name": .string(name), "data_type": .string(type), "dims": .array(dims.map { .number(Double($0)) })]
        }
        return try .json(
            [
                "name": .string(key.model.description), "platform": .string(Self.platform), "backend": .string(Self.platform),
                "max_batch_size": .number(Double(ModelTensors.maximumPictures)),
                "input": .array(ModelTensors.Input.allCases.map { tensor($0.rawValue, $0.datatype, $0.shape(manifest)) }),
                "output": .array(ModelTensors.Output.allCases.map { tensor($0.rawValue, "FP32", [-1, manifest.classes.count]) }),
            ] as JSONValue)
    }

    private func statistics(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try await selector.key(request)
        return try .json(StatisticsMessage(versions: [(key, environment.statistics.of(key))]))
    }

    private func allStatistics(_ request: ServerRequest) async throws -> ServerResponse {
        let keys = try await environment.models.models().flatMap { model in
            model.versions.map { ModelVersionKey(model: model.name, version: $0) }
        }
        return try .json(StatisticsMessage(versions: keys.map { ($0, environment.statistics.of($0)) }))
    }

    private func index(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await request.jsonBody()
        var onlyReady = false
        if !body.isEmpty {
            let json = try JSONParser.parse(body, depthLimit: JSONFields.maximumDepth)
            switch json["ready"] {
            case nil: break
            case .bool(let value): onlyReady = value
            case .some(let value): throw APIError.malformed("'ready' is \(value.kind); true or false is expected")
            }
        }
        let loaded = await environment.predictors.keys
        var items: [JSONValue] = []
        for model in try await environment.models.models() {
            for version in model.versions {
                let isLoaded = loaded.contains(ModelVersionKey(model: model.name, version: version))
                if onlyReady, !isLoaded { continue }
                items.append([
                    "name": .string(model.name.description), "version": .string("\(version)"), "state": isLoaded ? "READY" : "UNAVAILABLE",
                    "reason": isLoaded ? "" : "loaded when first asked",
                ])
            }
        }
        return try .json(JSONValue.array(items))
    }
}
