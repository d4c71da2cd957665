import Base
import Foundation
import HTTP
import HTTPTypes
import Jobs

/// What a job leaves to read: events, log, measures, report.
struct JobFilesController: Sendable {
    let environment: APIEnvironment
    /// Between two comments of a quiet event stream.
    var heartbeat = Duration.seconds(15)

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/v1/jobs/{id}/events",
            .init(
                "streamEvents", "jobs",
                "Server-sent events from the beginning or after Last-Event-ID; a comment every 15 s; closed after `end`.",
                query: [.init("after", .integer(0...9_007_199_254_740_991), "As Last-Event-ID, for clients that cannot send it.")],
                requestHeaders: ["Last-Event-ID"],
                answers: [.init(200, "`event:` is the kind, `id:` the position, `data:` a JobEvent.", .media(["text/event-stream"]))],
                problems: [400, 404]), events)
        table.on(
            .get, "/v1/jobs/{id}/log",
            .init(
                "getLog", "jobs", "What the worker printed.", requestHeaders: ["Range"],
                answers: [.init(200, "Text.", .media(["text/plain"])), .init(206, "A part of it.", .media(["text/plain"]))], problems: [404]
            ), log)
        table.on(
            .get, "/v1/jobs/{id}/metrics",
            .init(
                "getMetrics", "jobs", "The history of every measure.", answers: [.init(200, "In order.", .json("JobMetrics"))],
                problems: [404]), metrics)
        table.on(
            .get, "/v1/jobs/{id}/report",
            .init(
                "getReport", "jobs", "What the job found out, once it has ended: as JSON, or as a page to read.",
                answers: [
                    .init(200, "The report; the page is one file without scripts.", .jsonOr("JobReport", ["text/html"]))
                ],
                problems: [404, 406]), report)
        table.on(
            .get, "/v1/jobs/{id}/report.html",
            .init(
                "getReportPage", "jobs", "The report of a training or a study as a page that needs nothing else.",
                answers: [.init(200, "The page.", .media(["text/html"]))], problems: [404]
            ), { try await made($0, \.reportPage, Self.pageType, Self.pageFields, of: "a training or a study") })
        table.on(
            .get, "/v1/jobs/{id}/report.csv",
            .init(
                "getReportTable", "jobs", "A study's trainings as a table (RFC 4180).",
                answers: [.init(200, "A line for each training.", .media(["text/csv"]))], problems: [404]
            ), { try await made($0, \.reportTable, FileType.csv, [.cacheControl: "no-cache"], of: "a study") })
    }

    private func events(_ request: ServerRequest) async throws -> ServerResponse {
        let id = try request.identifier("id", kind: "job")
        var position = request.query["after"].flatMap(Int.init) ?? 0
        if let text = request.fields[.lastEventID] {
            guard let held = Int(text), held >= 0 else {
                throw APIError.malformed("Last-Event-ID '\(text.prefix(64))' is not one that this stream gave")
            }
            position = held
        }
        let events = try await environment.jobs.events(id, after: position)
        return .events { [heartbeat] writer in
            try await writer.write("retry: 2000\n\n")
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (items, continuation) = AsyncStream.makeStream(of: ServerSentEvent.self)
                // The next event is read once the one before has gone out: a slow reader costs no memory.
                let (turns, turn) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    defer { continuation.finish() }
                    let encoder = JSONEncoder()
                    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                    var taken = turns.makeAsyncIterator()
                    for await event in events {
                        let data = String(decoding: try encoder.encode(event), as: UTF8.self)
                        continuation.yield(ServerSentEvent(id: "\(event.position)", event: event.kind.rawValue, data: data))
                        await taken.next()
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: heartbeat)
                        continuation.yield(ServerSentEvent(comment: "still here"))
                    }
                }
                for await item in items {
                    try await writer.send(item)
                    if item.id != nil { turn.yield() }
                }
                group.cancelAll()
            }
        }
    }

    private func log(_ request: ServerRequest) async throws -> ServerResponse {
        let files = try await environment.jobs.files(try request.identifier("id", kind: "job"))
        guard FileManager.default.fileExists(atPath: files.log.path) else { return .text("") }
        return try await .file(files.log, for: request, type: "text/plain; charset=utf-8", fields: [.cacheControl: "no-cache"])
    }

    private func metrics(_ request: ServerRequest) async throws -> ServerResponse {
        let items = try await environment.jobs.metrics(try request.identifier("id", kind: "job"))
        return try .json(["items": items])
    }

    /// A form of the report that not every job has.
    private func made(
        _ request: ServerRequest, _ file: @Sendable (JobFiles) -> URL, _ type: String, _ fields: HTTPFields, of jobs: String
    ) async throws -> ServerResponse {
        let id = try request.identifier("id", kind: "job")
        let files = try await environment.jobs.files(id)
        do {
            return try await .file(file(files), for: request, type: type, fields: fields)
        } catch let problem as Problem where problem.status == 404 {
            throw Problem(.notFound, detail: "job \(id) has no such report: only \(jobs) has one, once it has succeeded")
        }
    }

    private static let pageType = FileType.ofFile(named: "report.html")
    /// Names of strangers stand in the page, and it comes from the same place as the interface: it may do nothing but be shown.
    private static let pageFields: HTTPFields = [
        .cacheControl: "no-cache", .vary: "Accept",
        .contentSecurityPolicy: "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    ]

    private func report(_ request: ServerRequest) async throws -> ServerResponse {
        let id = try request.identifier("id", kind: "job")
        let files = try await environment.jobs.files(id)
        let wantsPage = request.fields[.accept].map { QualityList($0).prefers("text/html", to: FileType.json) } ?? false
        do {
            // A report without a page is given as it is to whoever takes that too, as browsers do.
            if wantsPage, FileManager.default.fileExists(atPath: files.reportPage.path) {
                return try await .file(files.reportPage, for: request, type: Self.pageType, fields: Self.pageFields)
            }
            if let accept = request.fields[.accept], !QualityList(accept).accepts(FileType.json),
                FileManager.default.fileExists(atPath: files.report.path)
            {
                throw APIError.notAcceptable(got: accept, offered: [FileType.json])
            }
            return try await .file(files.report, for: request, type: FileType.json, fields: [.cacheControl: "no-cache", .vary: "Accept"])
        } catch let problem as Problem where problem.status == 404 {
            throw Problem(.notFound, detail: "job \(id) has no report yet; it is written when the job ends")
        }
    }
}
