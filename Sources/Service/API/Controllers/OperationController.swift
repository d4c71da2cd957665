import Foundation
import HTTP
import HTTPTypes
import Jobs

/// Health, version, measures: what operators and supervisors ask.
struct OperationController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .get, "/livez",
            .init(
                "live", "operation", "Whether the process answers at all.", answers: [.init(200, "It does.", .json("Health"))],
                isLight: true),
            { _ in try .json(["status": "alive"]) })
        table.on(
            .get, "/readyz",
            .init(
                "ready", "operation", "Whether it takes work.", answers: [.init(200, "It does.", .json("Health"))], problems: [503],
                isLight: true),
            ready)
        table.on(
            .get, "/v1/version",
            .init("version", "operation", "Build, cores, kernels and limits.", answers: [.init(200, "Facts.", .json("ServiceVersion"))]),
            { _ in try .json(environment.version) })
        table.on(
            .get, "/metrics",
            .init("measures", "operation", "Prometheus text.", answers: [.init(200, "Counters and gauges.", .media(["text/plain"]))]),
            metrics)
    }

    private func ready(_ request: ServerRequest) async throws -> ServerResponse {
        try environment.status.requireReady()
        return try .json(["status": environment.status.phase])
    }

    private func metrics(_ request: ServerRequest) async throws -> ServerResponse {
        var text = PrometheusText()
        environment.measures.write(to: &text)
        let counts = try await environment.jobs.counts()
        text.family("aliquot_jobs", .gauge, "Jobs by state.")
        for state in JobState.allCases { text.sample([("state", state.rawValue)], Double(counts[state] ?? 0)) }
        text.family("aliquot_models_loaded", .gauge, "Model versions in memory.")
        text.sample([], Double(await environment.predictors.keys.count))
        text.family("aliquot_models_bytes", .gauge, "Bytes of the models in memory.")
        text.sample([], Double(await environment.predictors.bytes))
        text.family("aliquot_ready", .gauge, "1 while the service takes work.")
        text.sample([], environment.status.phase == .ready ? 1 : 0)
        return .text(text.text, type: PrometheusText.mediaType)
    }
}
