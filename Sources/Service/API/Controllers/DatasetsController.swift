import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Jobs

/// `/v1/datasets`: named collections of pictures.
struct DatasetsController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .post, "/v1/datasets",
            .init(
                "createDataset", "datasets", "Makes an empty dataset.", requestHeaders: ["Idempotency-Key"], body: .json("DatasetCreation"),
                answers: [.init(201, "Made.", .json("Dataset"), headers: ["Location"])], problems: [400, 409, 413, 422]), create)
        table.on(
            .get, "/v1/datasets",
            .init(
                "listDatasets", "datasets", "Datasets by name.", query: QueryParameter.page,
                answers: [.init(200, "A page.", .json("DatasetList"), headers: ["Link"])]), list)
        table.on(
            .get, "/v1/datasets/{ds}",
            .init(
                "getDataset", "datasets", "A dataset with its counts.", answers: [.init(200, "The dataset.", .json("Dataset"))],
                problems: [404]), get)
        table.on(
            .patch, "/v1/datasets/{ds}",
            .init(
                "changeDataset", "datasets", "Changes what is given, keeps what is absent.", body: .json("DatasetChange"),
                answers: [.init(200, "As it is now.", .json("Dataset"))], problems: [400, 404, 409, 413, 422]), change)
        table.on(
            .delete, "/v1/datasets/{ds}",
            .init(
                "deleteDataset", "datasets", "Deletes a dataset with its pictures and revisions.", answers: [.init(204, "Gone.")],
                problems: [404, 409]),
            delete)
    }

    private func create(_ request: ServerRequest) async throws -> ServerResponse {
        let bytes = try await request.jsonBody()
        return try await environment.idempotent.carryOut(request, content: SHA256Digest(of: bytes)) {
            var fields = try JSONFields(bytes)
            let name = fields.name("name", required: true)
            let classes = fields.strings("classes")
            let description = fields.string("description", longest: DatasetsController.longestDescription)
            try fields.finish()
            guard let name else { throw APIError.malformed("no name") }
            let dataset = try await environment.datasets.create(name, classes: classes, description: description ?? "")
            return try .json(dataset, status: .created, fields: [.location: "/v1/datasets/\(name)"])
        }
    }

    /// Characters; the store counts bytes.
    static let longestDescription = 2000

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let page = try await environment.datasets.list(try Paging.request(request))
        return try Paging.answer(page.items, next: page.nextPageToken, to: request)
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        try .json(await environment.datasets.dataset(try request.name("ds", kind: "dataset")))
    }

    private func change(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("ds", kind: "dataset")
        var fields = try JSONFields(try await request.jsonBody())
        let classes = fields.strings("classes")
        let description = fields.string("description", longest: Self.longestDescription)
        try fields.finish()
        return try .json(await environment.datasets.update(name, classes: classes, description: description))
    }

    /// A dataset that a job is about to read or fill stays: a worker reads blobs that only the dataset keeps alive.
    private func delete(_ request: ServerRequest) async throws -> ServerResponse {
        let name = try request.name("ds", kind: "dataset")
        for state in [JobState.running, .queued, .interrupted] {
            if let job = try await environment.jobs.list(JobFilter(state: state, dataset: name), pageSize: 1).items.first {
                throw APIError.conflict("job \(job.id) is \(state.rawValue) and needs this dataset; cancel it first")
            }
        }
        try await environment.datasets.delete(name)
        return .empty(.noContent)
    }
}
