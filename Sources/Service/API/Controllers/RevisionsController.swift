import Base
import DatasetStore
import HTTP
import HTTPTypes

/// `/v1/datasets/{ds}/revisions`: datasets frozen at a moment.
struct RevisionsController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .post, "/v1/datasets/{ds}/revisions",
            .init(
                "createRevision", "revisions", "Freezes the dataset as it stands; if nothing changed, the latest revision is given again.",
                requestHeaders: ["Idempotency-Key"], answers: [.init(201, "Frozen.", .json("Revision"), headers: ["Location"])],
                problems: [404, 409, 413, 422]),
            create)
        table.on(
            .get, "/v1/datasets/{ds}/revisions",
            .init(
                "listRevisions", "revisions", "Revisions, the latest first.", query: QueryParameter.page,
                answers: [.init(200, "A page.", .json("RevisionList"), headers: ["Link"])], problems: [404]), list)
        table.on(
            .get, "/v1/datasets/{ds}/revisions/{r}",
            .init(
                "getRevision", "revisions", "Counts and findings of a revision.", answers: [.init(200, "The revision.", .json("Revision"))],
                problems: [404]), get)
    }

    /// A body is not needed; what is sent counts for the `Idempotency-Key` only.
    private func create(_ request: ServerRequest) async throws -> ServerResponse {
        let dataset = try request.name("ds", kind: "dataset")
        let body = try await request.body.collect(limit: JSONFields.maximumBytes)
        return try await environment.idempotent.carryOut(request, content: SHA256Digest(of: body)) {
            let revision = try await environment.datasets.createRevision(dataset: dataset)
            return try .json(revision, status: .created, fields: [.location: "/v1/datasets/\(dataset)/revisions/\(revision.number)"])
        }
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let page = try await environment.datasets.revisions(
            dataset: try request.name("ds", kind: "dataset"), page: try Paging.request(request))
        return try Paging.answer(page.items, next: page.nextPageToken, to: request)
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        try .json(
            await environment.datasets.revision(
                dataset: try request.name("ds", kind: "dataset"), number: try request.number("r", kind: "revision")))
    }
}
