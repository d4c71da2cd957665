import Base
import Foundation
import HTTP
import HTTPTypes
import Jobs
import WeightsStore

/// `/v1/networks`, `/v1/methods`: what jobs can name.
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
    }

    private func networks(_ request: ServerRequest) async throws -> ServerResponse { try .json(["items": environment.networks]) }

    private func methods(_ request: ServerRequest) async throws -> ServerResponse {
        let names = environment.networks.map(\.name)
        let weights = try await stored().map(\.name.description)
        return try .json([
            "items": TrainSpecification.Method.allCases.map {
                MethodMessage(
                    $0, networks: names, weights: weights, cores: environment.version.cores,
                    trainsInBfloat16: environment.version.kernels.trainsInBfloat16)
            }
        ])
    }

    private func stored() async throws -> [WeightsEntry] {
        try await environment.disk.run { [folder = environment.weights] in try folder.entries() }
    }
}
