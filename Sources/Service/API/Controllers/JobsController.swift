import Base
import Foundation
import HTTP
import HTTPTypes
import Jobs

/// `/v1/jobs`: work that takes longer than a request.
struct JobsController: Sendable {
    let environment: APIEnvironment

    /// Seconds; below the idle timeouts of usual proxies.
    private static let longestWait = 60
    private static let one = "/v1/jobs/{id}"

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .post, "/v1/jobs",
            .init(
                "submitJob", "jobs",
                "Submits a training, a quantisation of a finished model, or a study: a grid of trainings that are compared. Every fault is told at once.",
                requestHeaders: ["Idempotency-Key"],
                body: .json("JobSubmission"),
                answers: [.init(202, "Accepted.", .json("Job"), headers: ["Location"])], problems: [400, 409, 413, 422, 503, 507]), submit)
        table.on(
            .get, "/v1/jobs",
            .init(
                "listJobs", "jobs", "Jobs, the newest first.",
                query: [
                    .init("state", .choice(JobState.allCases.map(\.rawValue)), "Only jobs in this state."),
                    .init("type", .choice(JobType.allCases.map(\.rawValue)), "Only jobs of this type."),
                    .init("dataset", .text(longest: 128), "Only jobs of this dataset."),
                    .init("study", .text(longest: 26), "Only trainings of this study."),
                ] + QueryParameter.page,
                answers: [.init(200, "A page.", .json("JobList"), headers: ["Link"])]), list)
        table.on(
            .get, Self.one,
            .init(
                "getJob", "jobs", "A job as it stands. Any number of clients may ask any number of times.",
                query: [
                    .init(
                        "wait", .integer(0...Self.longestWait),
                        "Seconds to wait until the job differs from what If-None-Match names, or, without that field, until it ends.")
                ], requestHeaders: ["If-None-Match"],
                answers: [.init(200, "The job.", .json("Job"), headers: ["ETag"]), .init(304, "It is as the client knows it.")],
                problems: [404]), get)
        table.on(
            .post, Self.one + "/cancel",
            .init(
                "cancelJob", "jobs",
                "Ends a job; a queued one never starts, a running one stops within a step. With a study end its trainings.",
                answers: [.init(200, "The job.", .json("Job"))], problems: [404, 409]),
            cancel)
        table.on(
            .post, Self.one + "/resume",
            .init(
                "resumeJob", "jobs",
                "Queues a cancelled or failed job again; it goes on from its checkpoint. A study takes its failed and cancelled trainings with it.",
                answers: [.init(200, "The job.", .json("Job"))], problems: [404, 409, 503]),
            resume)
        table.on(
            .delete, Self.one,
            .init(
                "deleteJob", "jobs", "Deletes an ended job with its files, a study with its trainings. Models stay.",
                answers: [.init(204, "Gone.")],
                problems: [404, 409]), delete)
    }

    private func submit(_ request: ServerRequest) async throws -> ServerResponse {
        let bytes = try await request.jsonBody()
        return try await environment.idempotent.carryOut(request, content: SHA256Digest(of: bytes)) {
            try environment.status.requireReady()
            let job = try await environment.submission.submit(bytes)
            return try .json(job, status: .accepted, fields: [.location: job.links.`self`])
        }
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let filter = JobFilter(
            state: request.query["state"].flatMap(JobState.init), type: request.query["type"].flatMap(JobType.init),
            dataset: try request.query["dataset"].map { text throws(APIError) in
                guard let name = ResourceName(text) else { throw .notFound(kind: "dataset", name: text) }
                return name
            },
            study: try request.query["study"].map { text throws(APIError) in
                guard let id = ULID(text) else { throw .notFound(kind: "job", name: text) }
                return id
            })
        let size = request.query["page_size"].flatMap(Int.init) ?? Paging.defaultSize
        let page = try await environment.jobs.list(filter, pageSize: size, pageToken: request.query["page_token"])
        return try Paging.answer(page.items, next: page.nextPageToken, to: request)
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        let id = try request.identifier("id", kind: "job")
        let held = request.fields[.ifNoneMatch]
        let seconds = request.query["wait"].flatMap(Double.init) ?? 0
        let job = try await wait(id, seconds: seconds, etag: held.map(Self.bare))
        let tag = "\"\(job.etag)\""
        let fields: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
        if let held, EntityTag.matches(held, tag) { return .empty(.notModified, fields: fields) }
        return try .json(job, fields: fields)
    }

    /// The job once there is something to tell, or after `seconds`. It waits in slices, so that a stop of the service is not held up by clients that wait.
    private func wait(_ id: ULID, seconds: Double, etag: String?) async throws -> Job {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(seconds))
        while environment.status.phase == .ready, clock.now < deadline {
            let left = clock.now.duration(to: deadline) / Duration.seconds(1)
            let job = try await environment.jobs.wait(id, seconds: min(1, left), etag: etag)
            if job.state.isTerminal || etag.map({ $0 != job.etag }) ?? false { return job }
        }
        return try await environment.jobs.get(id)
    }

    private func cancel(_ request: ServerRequest) async throws -> ServerResponse {
        try .json(await environment.jobs.cancel(try request.identifier("id", kind: "job")))
    }

    private func resume(_ request: ServerRequest) async throws -> ServerResponse {
        try environment.status.requireReady()
        return try .json(await environment.jobs.resume(try request.identifier("id", kind: "job")))
    }

    private func delete(_ request: ServerRequest) async throws -> ServerResponse {
        try await environment.jobs.delete(try request.identifier("id", kind: "job"))
        return .empty(.noContent)
    }

    /// A tag without `W/` and quotes.
    private static func bare(_ tag: String) -> String {
        (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]).trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
    }
}
