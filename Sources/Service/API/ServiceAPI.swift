import HTTP
import HTTPTypes
import Logging

/// The whole API as one handler: routes, contract, checks, measures.
///
/// A request goes: count → dashboard file, or router → origin and query against the contract → controller; an error goes through ``ErrorMapping``.
package struct ServiceAPI: Sendable {
    private let observation: Observation
    private let site: SiteController
    private let router: Router
    let routes: [RouteTable.Route]

    /// - Throws: if the contract's own schemas cannot be read (a mistake in this program).
    package init(_ environment: APIEnvironment) throws {
        let table = try Self.table(environment)
        routes = table.routes
        site = SiteController(site: environment.site)
        observation = Observation(measures: environment.measures, logger: environment.logger)
        let logger = environment.logger
        router = table.router(describe: { ErrorMapping.problem(of: $0, $1, logger) }) { route in
            { request in
                RouteLabel.current?.set(route.pattern)
                try SameOrigin.check(request)
                let faults = route.contract.faults(inQuery: request.query.pairs)
                guard faults.isEmpty else { throw APIError.badQuery(faults) }
                return try await route.handler(request)
            }
        }
    }

    /// Answers a request; never throws.
    package func handle(_ request: ServerRequest) async -> ServerResponse {
        await observation.handle(request) { request in
            if let file = site.answer(request), request.query.isEmpty {
                RouteLabel.current?.set("/{file}")
                return file
            }
            return await router.handle(request)
        }
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
        CatalogueController(environment: environment).addRoutes(to: &table)
        OperationController(environment: environment).addRoutes(to: &table)
        SiteController(site: environment.site).addRoutes(to: &table)
        try ContractController(version: environment.version.version).addRoutes(to: &table)
        return table
    }
}
