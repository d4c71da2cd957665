import Base
import HTTP
import ModelStore

/// Which version a path means: `versions/{v}`, `aliases/{a}`, or the newest.
struct ModelSelector: Sendable {
    let models: ModelStore
    let disk: DiskQueue

    func key(_ request: ServerRequest) async throws -> ModelVersionKey {
        let model = try request.name("m", kind: "model")
        if request.parameters["v"] != nil { return ModelVersionKey(model: model, version: try request.number("v", kind: "version")) }
        if request.parameters["alias"] != nil {
            let alias = try request.name("alias", kind: "alias")
            guard let version = try await disk.run({ [models] in try models.aliases(model) })[alias.description] else { throw APIError.notFound(kind: "alias", name: alias.description) }
            return ModelVersionKey(model: model, version: version)
        }
        guard let newest = try await disk.run({ [models] in try models.versions(model) }).max() else { throw APIError.notFound(kind: "model", name: model.description) }
        return ModelVersionKey(model: model, version: newest)
    }
}
