import Base
import Foundation
import HTTP
import HTTPTypes
import Jobs
import ModelFormat

/// `/v1/networks`, `/v1/methods`, `/v1/weights`: what jobs can name.
struct CatalogueController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/v1/networks",
            .init(
                "listNetworks", "catalogue", "Networks that can be trained here.",
                answers: [.init(200, "All of them.", .json("NetworkList"))]), networks)
        table.on(
            .get, "/v1/methods",
            .init(
                "listMethods", "catalogue", "Methods with their fields, defaults and ranges.",
                answers: [.init(200, "All of them.", .json("MethodList"))]), methods)
        table.on(
            .get, "/v1/weights",
            .init("listWeights", "catalogue", "Stored pretrained weights.", answers: [.init(200, "All of them.", .json("WeightsList"))]),
            weights)
        table.on(
            .get, "/v1/weights/{name}",
            .init(
                "getWeights", "catalogue", "Facts of stored weights.", answers: [.init(200, "The weights.", .json("Weights"))],
                problems: [404]), oneWeights)
        table.on(
            .put, "/v1/weights/{name}",
            .init(
                "putWeights", "catalogue", "Stores pretrained weights (safetensors) with torchvision's or timm's names.",
                query: [
                    .init("network", .choice(environment.networks.map(\.name)), "The network they belong to; the name itself if absent.")
                ],
                body: .raw(["application/octet-stream"], "A safetensors file."),
                answers: [.init(201, "Stored.", .json("Weights"), headers: ["Location"])],
                problems: [413, 415, 422, 507]), putWeights)
    }

    private func networks(_ request: ServerRequest) async throws -> ServerResponse { try .json(["items": environment.networks]) }

    private func methods(_ request: ServerRequest) async throws -> ServerResponse {
        let names = environment.networks.map(\.name)
        let weights = try await stored().map(\.name.description)
        return try .json([
            "items": TrainSpecification.Method.allCases.map {
                MethodMessage($0, networks: names, weights: weights, cores: environment.version.cores)
            }
        ])
    }

    private func weights(_ request: ServerRequest) async throws -> ServerResponse { try .json(["items": try await stored()]) }

    private func oneWeights(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("name", kind: "weights")
        guard let entry = try await stored().first(where: { $0.name == name }) else {
            throw APIError.notFound(kind: "weights", name: name.description)
        }
        return try .json(entry)
    }

    private func putWeights(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.newName("name", kind: "weights")
        let network = request.query["network"] ?? name.description
        guard environment.networks.contains(where: { $0.name == network }) else {
            let known = environment.networks.map(\.name).joined(separator: ", ")
            throw APIError.invalid([
                .init(
                    pointer: "?network", code: "unknown_network",
                    detail: "'\(network)' is no network; say which one they belong to: ?network= one of \(known)")
            ])
        }
        return try await environment.withIncomingFile { file in
            do {
                _ = try await request.body.write(to: file, limit: Safetensors.fileLimit)
            } catch HTTPError.bodyTooLarge {
                throw APIError.tooLarge(what: "the file", limit: Safetensors.fileLimit)
            }
            let entry = try await environment.disk.run { [folder = environment.weights] in
                try folder.adopt(file, name: name, network: network)
            }
            return try .json(entry, status: .created, fields: [.location: "/v1/weights/\(name)"])
        }
    }

    private func stored() async throws -> [WeightsFolder.Entry] {
        try await environment.disk.run { [folder = environment.weights] in try folder.entries() }
    }
}
