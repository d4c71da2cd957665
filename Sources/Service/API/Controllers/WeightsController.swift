import Base
import Foundation
import HTTP
import HTTPTypes
import ModelFormat
import WeightsStore

/// `/v1/weights`: pretrained weights that jobs can start from.
struct WeightsController: Sendable {
    let environment: APIEnvironment

    /// Faults that one answer lists; a hostile file could have a hundred thousand.
    private static let faultLimit = 1000

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/v1/weights",
            .init("listWeights", "catalogue", "Stored pretrained weights.", answers: [.init(200, "All of them.", .json("WeightsList"))]),
            list)
        table.on(
            .get, "/v1/weights/{name}",
            .init(
                "getWeights", "catalogue", "Facts of stored weights.", answers: [.init(200, "The weights.", .json("WeightsFacts"))],
                problems: [404, 422]), get)
        table.on(
            .put, "/v1/weights/{name}",
            .init(
                "putWeights", "catalogue",
                "Stores pretrained weights: safetensors, or a PyTorch state dictionary (.pth, .pt), with torchvision's or timm's names.",
                query: [
                    .init("network", .choice(environment.networks.map(\.name)), "The network they belong to; the name itself if absent.")
                ],
                body: .raw(
                    ["application/octet-stream"],
                    "The file, told by its content. It is read wholly, nothing in it is carried out, and every tensor must fit the network; another class count is allowed."
                ),
                answers: [
                    .init(200, "Replaced.", .json("WeightsFacts")), .init(201, "Stored.", .json("WeightsFacts"), headers: ["Location"]),
                ],
                problems: [413, 422, 507]), put)
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let entries = try await environment.disk.run { [folder = environment.weights] in try folder.entries() }
        return try .json(["items": entries])
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("name", kind: "weights")
        return try .json(try await checked { try $0.facts(name) })
    }

    private func put(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.newName("name", kind: "weights")
        let network = request.query["network"] ?? name.description
        guard environment.weights.knownNetworks.contains(network) else {
            throw Self.unknownNetwork(network, environment.weights.knownNetworks)
        }
        return try await environment.withIncomingFile { file in
            do {
                _ = try await request.body.write(to: file, limit: WeightsFile.fileLimit)
            } catch HTTPError.bodyTooLarge {
                throw APIError.tooLarge(what: "the file", limit: WeightsFile.fileLimit)
            }
            let (facts, isNew) = try await checked { folder in
                let isNew = !folder.holds(name)
                return (try folder.adopt(file, name: name, network: network, source: "PUT /v1/weights/\(name)"), isNew)
            }
            return isNew ? try .json(facts, status: .created, fields: [.location: "/v1/weights/\(name)"]) : try .json(facts)
        }
    }

    /// Runs work on the folder; what is wrong with a file of weights becomes a problem that names every fault.
    private func checked<Value: Sendable>(_ work: @escaping @Sendable (WeightsFolder) throws -> Value) async throws -> Value {
        do {
            return try await environment.disk.run { [folder = environment.weights] in try work(folder) }
        } catch let error as WeightsStoreError {
            throw Self.problem(error)
        } catch let error as ModelFormatError {
            throw Self.problem(error) ?? error
        }
    }

    private static func unknownNetwork(_ name: String, _ known: [String]) -> APIError {
        .invalid([
            .init(
                pointer: "?network", code: "unknown_network",
                detail:
                    "'\(name.prefix(200))' is no network; say which one they belong to: ?network= one of \(known.joined(separator: ", "))")
        ])
    }

    private static func problem(_ error: WeightsStoreError) -> any Error {
        switch error {
        case .noSuchWeights(let name): return APIError.notFound(kind: "weights", name: name)
        case .unknownNetwork(let got, let known): return unknownNetwork(got, known)
        case .unfit(let network, let faults):
            var listed = faults.prefix(faultLimit).map { Problem.Fault(pointer: "", code: $0.code, detail: $0.detail) }
            if faults.count > faultLimit {
                listed.append(.init(pointer: "", code: "more", detail: "and \(faults.count - faultLimit) more"))
            }
            return Problem(
                .unprocessableContent, title: "Weights of another network",
                detail: "the file does not fit \(network): \(faults.count) faults", errors: listed)
        default: return error
        }
    }

    /// Nil where it is not the file's fault.
    private static func problem(_ error: ModelFormatError) -> Problem? {
        switch error {
        case .file: nil
        case .fileTooLarge: Problem(.contentTooLarge, detail: "\(error)")
        default: Problem(.unprocessableContent, title: "Not usable as weights", detail: "\(error)")
        }
    }
}
