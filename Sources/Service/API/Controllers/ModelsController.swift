import Base
import Foundation
import HTTP
import HTTPTypes
import ModelExport
import ModelFormat
import ModelStore

/// `/v1/models`: immutable versions and the aliases that point at them.
struct ModelsController: Sendable {
    let environment: APIEnvironment

    private static let model = "/v1/models/{m}"
    private static let version = "/v1/models/{m}/versions/{v}"
    private static let alias = "/v1/models/{m}/aliases/{alias}"

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/v1/models",
            .init(
                "listModels", "models", "Models by name.", query: QueryParameter.page,
                answers: [.init(200, "A page.", .json("ModelList"), headers: ["Link"])]), list)
        table.on(
            .get, Self.model,
            .init("getModel", "models", "Versions and aliases.", answers: [.init(200, "The model.", .json("Model"))], problems: [404]), get)
        table.on(
            .delete, Self.model,
            .init("deleteModel", "models", "Deletes a model with all versions.", answers: [.init(204, "Gone.")], problems: [404]), delete)
        table.on(
            .get, Self.version,
            .init(
                "getVersion", "models", "Manifest, lineage, report and files.",
                answers: [.init(200, "The version.", .json("ModelVersion"))], problems: [404]),
            getVersion)
        table.on(
            .delete, Self.version,
            .init(
                "deleteVersion", "models", "Deletes a version that no alias points at.", answers: [.init(204, "Gone.")],
                problems: [404, 409]), deleteVersion)
        table.on(
            .get, Self.version + "/files/{file}",
            .init(
                "getFile", "models",
                "A file of the version, or the model as float.onnx, int8.onnx (where it has an int8 form) or bioimageio.zip, made when first asked for.",
                requestHeaders: ["If-None-Match", "Range"],
                answers: [
                    .init(200, "The file.", .media(["application/octet-stream", FileType.json, "application/zip"]), headers: ["ETag"]),
                    .init(206, "A part of it.", .media(["application/octet-stream"])), .init(304, "Not modified."),
                ], problems: [404]), getFile)
        table.on(
            .get, Self.model + "/aliases",
            .init(
                "listAliases", "models", "Aliases and the versions they name.", answers: [.init(200, "By alias.", .json("Aliases"))],
                problems: [404]),
            listAliases)
        table.on(
            .put, Self.alias,
            .init(
                "setAlias", "models", "Points an alias at a version, atomically; also the way back.", body: .json("AliasChange"),
                answers: [.init(204, "Done.")], problems: [400, 404, 422]), setAlias)
        table.on(
            .delete, Self.alias,
            .init("deleteAlias", "models", "Removes an alias; the version stays.", answers: [.init(204, "Gone.")], problems: [404]),
            deleteAlias)
    }
    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let size = request.query["page_size"].flatMap(Int.init) ?? Paging.defaultSize
        let token = request.query["page_token"]
        let after = try await environment.models.models().filter { model in token.map { model.name.description > $0 } ?? true }
        let page = after.prefix(size).map(ModelMessage.init)
        return try Paging.answer(page, next: after.count > size ? page.last?.model.name.description : nil, to: request)
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        try .json(ModelMessage(model: await environment.models.model(try request.name("m", kind: "model"))))
    }

    private func delete(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("m", kind: "model")
        let versions = try await environment.models.versions(name)
        try await environment.models.delete(name)
        for version in versions { await forget(ModelVersionKey(model: name, version: version)) }
        return .empty(.noContent)
    }

    private func getVersion(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try key(request)
        let stored = try await environment.models.version(key.model, key.version)
        return try .json(ModelVersionMessage(stored, aliases: try await environment.models.aliases(key.model)))
    }

    private func deleteVersion(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try key(request)
        try await environment.models.delete(key.model, version: key.version)
        await forget(key)
        return .empty(.noContent)
    }

    private func forget(_ key: ModelVersionKey) async {
        await environment.predictors.retire(key)
        environment.statistics.forget(key)
    }

    /// Only names that the manifest lists are files; nothing of the path reaches the file system.
    private func getFile(_ request: ServerRequest) async throws -> ServerResponse {
        let key = try key(request)
        let name = request.parameters["file"] ?? ""
        let stored = try await environment.models.version(key.model, key.version)
        guard let record = stored.manifest.files[name] else {
            let formats = ExportFormat.formats(of: stored.manifest)
            if let format = formats.first(where: { $0.rawValue == name }) { return try await exported(stored, format, request) }
            let known = (stored.manifest.files.keys.sorted() + formats.map(\.rawValue)).joined(separator: ", ")
            throw Problem(.notFound, detail: "version \(key.version) of '\(key.model)' has no file '\(name.prefix(100))'; it has \(known)")
        }
        return try await .file(
            stored.directory.appendingPathComponent(name), for: request, type: FileType.ofFile(named: name), etag: "\"\(record.sha256)\"",
            fields: [.cacheControl: "private, no-cache"])
    }

    private func exported(_ stored: StoredVersion, _ format: ExportFormat, _ request: ServerRequest) async throws -> ServerResponse {
        let made = try await environment.disk.run { [exports = environment.exports] in
            try exports.file(try ModelDirectory(opening: stored.directory), title: stored.model.description, format)
        }
        return try await .file(
            made.url, for: request, type: FileType.ofFile(named: format.rawValue), etag: "\"\(made.tag)\"",
            fields: [
                .cacheControl: "private, no-cache",
                .contentDisposition: "attachment; filename=\"\(stored.model)-\(stored.version)-\(format.rawValue)\"",
            ])
    }

    private func listAliases(_ request: ServerRequest) async throws -> ServerResponse {
        try .json(await environment.models.aliases(try request.name("m", kind: "model")))
    }

    private func setAlias(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("m", kind: "model")
        let alias = try request.newName("alias", kind: "alias")
        var fields = try JSONFields(try await request.jsonBody())
        let version = fields.integer("version", in: 1...Int(Int32.max), required: true)
        try fields.finish()
        guard let version else { throw APIError.malformed("no version") }
        let key = ModelVersionKey(model: name, version: version)
        // A version that cannot answer gets no alias. It stays in use until the alias names it and the version before has made room: the first request after the change
        // does not wait for it to be loaded.
        guard try await environment.models.versions(name).contains(version) else {
            throw ModelStoreError.noSuchVersion(model: name.description, version: version)
        }
        try await environment.predictors.use(key) { _ in
            try await environment.models.setAlias(name, alias: alias, version: version)
            try await retireUnnamed(name)
        }
        return .empty(.noContent)
    }

    private func deleteAlias(_ request: ServerRequest) async throws -> ServerResponse {
        try await environment.models.deleteAlias(
            try request.name("m", kind: "model"), alias: try request.name("alias", kind: "alias"))
        try await retireUnnamed(try request.name("m", kind: "model"))
        return .empty(.noContent)
    }

    /// Requests under way finish on the version that they began with; what no alias names then leaves the memory.
    private func retireUnnamed(_ name: ResourceName) async throws {
        await environment.predictors.retire(name, except: Set(try await environment.models.aliases(name).values))
    }

    private func key(_ request: ServerRequest) throws -> ModelVersionKey {
        ModelVersionKey(model: try request.name("m", kind: "model"), version: try request.number("v", kind: "version"))
    }
}
