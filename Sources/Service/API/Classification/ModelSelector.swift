import Base
import HTTP
import ModelStore

/// Which version a path means: `versions/{v}`, `aliases/{a}`, or the newest.
struct ModelSelector: Sendable {
    let models: ModelStore

    /// - Throws: ``APIError/notFound(kind:name:)``, `ModelStoreError`; the version existed when this returned.
    func key(_ request: ServerRequest) async throws -> ModelVersionKey {
        let name = try request.name("m", kind: "model")
        let model = try await models.model(name)
        let version: Int
        if request.parameters["v"] != nil {
            version = try request.number("v", kind: "version")
        } else {
            let alias = request.parameters["alias"] ?? ModelStore.latest
            guard let named = model.aliases[alias] else { throw ModelStoreError.noSuchAlias(model: name.description, alias: alias) }
            version = named
        }
        guard model.versions.contains(version) else { throw ModelStoreError.noSuchVersion(model: name.description, version: version) }
        return ModelVersionKey(model: name, version: version)
    }
}
