import HTTP
import HTTPTypes
import Logging

/// The whole API as one handler: routes, contract, checks, measures.
///
/// A request goes: count → host → dashboard file, or router → origin, `Accept` and query against the contract → controller; an error goes through
/// ``ErrorMapping``; the answer is packed where the client likes that.
package struct ServiceAPI: Sendable {
    private let observation: Observation
    private let site: SiteController
    private let router: Router
    private let hosts: HostRule
    let routes: [RouteTable.Route]

    /// - Throws: if the contract's own schemas cannot be read (a mistake in this program).
    package init(_ environment: APIEnvironment) throws {
        let table = try Self.table(environment)
        routes = table.routes
        site = SiteController(site: environment.site)
        observation = Observation(measures: environment.measures, logger: environment.logger)
        hosts = environment.hosts
        let logger = environment.logger
        router = table.router(describe: { ErrorMapping.problem(of: $0, $1, logger) }, finish: Self.addProtocolError) { route in
            { request in
                RouteLabel.current?.set(route.pattern)
                try SameOrigin.check(request)
                try Negotiation.check(request, route.contract)
                let faults = route.contract.faults(inQuery: request.query.pairs)
                guard faults.isEmpty else { throw APIError.badQuery(faults) }
                return try await route.handler(request)
            }
        }
    }

    /// Answers a request; never throws.
    package func handle(_ request: ServerRequest) async -> ServerResponse {
        await observation.handle(request) { request in
            guard hosts.allows(request.head.authority) else { return refusal(.foreignHost(request.head.authority ?? ""), request) }
            if let file = site.answer(request), request.query.isEmpty {
                RouteLabel.current?.set("/{file}")
                return await Compression.apply(file, to: request)
            }
            return await Compression.apply(await router.handle(request), to: request)
        }
    }

    private func refusal(_ error: APIError, _ request: ServerRequest) -> ServerResponse {
        var problem = error.problem
        problem.instance = request.path
        problem.requestID = request.id
        Self.addProtocolError(&problem, request)
        return .problem(problem)
    }

    /// The Open Inference Protocol wants every error as `{"error": "…"}`: below `/v2` a problem has that field too.
    private static func addProtocolError(_ problem: inout Problem, _ request: ServerRequest) {
        if request.segments.first == "v2" { problem.error = problem.detail ?? problem.title }
    }

    /// Logs and counts a finished exchange; for `HTTPServerConfiguration.accessLog`.
    package func log(_ record: AccessRecord) { observation.log(record) }

    private static func table(_ environment: APIEnvironment) throws -> RouteTable {
        var table = RouteTable()
        DatasetsController(environment: environment).addRoutes(to: &table)
        ImagesController(environment: environment).addRoutes(to: &table)
        UploadsController(environment: environment).addRoutes(to: &table)
        ArchivesController(environment: environment).addRoutes(to: &table)
        RevisionsController(environment: environment).addRoutes(to: &table)
        JobsController(environment: environment).addRoutes(to: &table)
        JobFilesController(environment: environment).addRoutes(to: &table)
        ModelsController(environment: environment).addRoutes(to: &table)
        ClassifyController(environment: environment).addRoutes(to: &table)
        ExplainController(environment: environment).addRoutes(to: &table)
        OpenInferenceController(environment: environment).addRoutes(to: &table)
        InferController(environment: environment).addRoutes(to: &table)
        CatalogueController(environment: environment).addRoutes(to: &table)
        WeightsController(environment: environment).addRoutes(to: &table)
        OperationController(environment: environment).addRoutes(to: &table)
        SiteController(site: environment.site).addRoutes(to: &table)
        try ContractController(version: environment.version.version).addRoutes(to: &table)
        return table
    }
}
