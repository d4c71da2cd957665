import HTTP
import HTTPTypes

/// The routes of the service: method, pattern, contract and handler.
///
/// The table is data: the router is made from it, and so is `/openapi.json`, so that neither knows a route that the other does not.
struct RouteTable: Sendable {
    struct Route: Sendable {
        let method: HTTPRequest.Method
        let pattern: String
        let contract: OperationContract
        let handler: Handler
    }

    private(set) var routes: [Route] = []

    mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ contract: OperationContract, _ handler: @escaping Handler) {
        routes.append(Route(method: method, pattern: pattern, contract: contract, handler: handler))
    }

    /// The router over these routes; each handler is wrapped by `wrap`, and `describe` turns what handlers throw into problems.
    func router(
        describe: @escaping @Sendable (any Error, ServerRequest) -> Problem,
        finish: @escaping @Sendable (inout Problem, ServerRequest) -> Void = { _, _ in }, wrapping wrap: (Route) -> Handler
    ) -> Router {
        var router = Router(describe: describe, finish: finish)
        for route in routes { router.on(route.method, route.pattern, staysOnLoop: route.contract.isLight, wrap(route)) }
        return router
    }
}
