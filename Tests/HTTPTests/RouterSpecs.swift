import Base
import Foundation
import HTTPTypes
import Testing

@testable import HTTP

@Suite("The router")
struct RouterSpecs {
    struct Odd: Error {}

    static func router() -> Router {
        var router = Router { error, _ in Problem(.conflict, detail: "\(type(of: error))") }
        router.on(.get, "/") { _ in .text("root") }
        router.on(.get, "/v1/datasets") { _ in .text("list") }
        router.on(.post, "/v1/datasets") { _ in .empty(.created) }
        router.on(.get, "/v1/datasets/{ds}") { .text("one \($0.parameters["ds"] ?? "-")") }
        router.on(.get, "/v1/datasets/special") { _ in .text("special") }
        router.on(.get, "/v1/datasets/{ds}/images/{image}") { .text("\($0.parameters["ds"] ?? "-")|\($0.parameters["image"] ?? "-")") }
        router.on(.get, "/files/{path...}") { .text("file \($0.parameters["path"] ?? "-")") }
        router.on(.get, "/problem") { _ in throw Problem(.unprocessableContent, detail: "no") }
        router.on(.get, "/odd") { _ in throw Odd() }
        router.on(.get, "/late") { _ in throw HTTPError.bodyTooLarge(limit: 7) }
        return router
    }

    static func answer(_ method: HTTPRequest.Method, _ target: String) async throws -> (Int, String, HTTPFields) {
        let response = await router().handle(try ServerRequest(method: method, target: target))
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "", response.fields) }
        return (response.status.code, String(decoding: bytes, as: UTF8.self), response.fields)
    }

    @Test(
        "finds the handler and its parameters",
        arguments: [
            ("/", "root"), ("/v1/datasets", "list"), ("/v1/datasets/", "list"), ("/v1/datasets/cells", "one cells"),
            ("/v1/datasets/special", "special"),
            ("/v1/datasets/special/images/7", "special|7"), ("/v1/datasets/a%2Fb/images/c%20d", "a/b|c d"),
            ("/files/a/b%2Fc", "file a/b/c"), ("/files", "file "),
            ("/files/", "file "),
        ])
    func finds(target: String, text: String) async throws {
        let (status, body, _) = try await Self.answer(.get, target)
        #expect(status == 200 && body == text)
    }

    @Test(
        "answers 404 for what it does not know",
        arguments: ["/v2", "/v1", "/v1/datasets//", "/v1/datasets//images/7", "//", "/v1/datasets/a/b"])
    func notFound(target: String) async throws {
        let (status, body, fields) = try await Self.answer(.get, target)
        #expect(status == 404 && fields[.contentType] == "application/problem+json")
        #expect(body.contains("\"request_id\":\"test\"") && body.contains("\"instance\":\"\(target)\""))
    }

    @Test("answers 405 with Allow for another method (RFC 9110 section 15.5.6)")
    func methodNotAllowed() async throws {
        let (status, _, fields) = try await Self.answer(.delete, "/v1/datasets")
        #expect(status == 405 && fields[.allow] == "GET, HEAD, OPTIONS, POST")
    }

    @Test("answers HEAD by the GET handler and OPTIONS by itself")
    func headAndOptions() async throws {
        #expect(try await Self.answer(.head, "/v1/datasets").1 == "list")
        let (status, _, fields) = try await Self.answer(.options, "/v1/datasets/x")
        #expect(status == 204 && fields[.allow] == "GET, HEAD, OPTIONS")
        #expect(try await Self.answer(.options, "*").2[.allow] == "GET, HEAD, OPTIONS, POST")
        // The whole server is asked for its methods only, and a path that looks so is a path
        #expect(try await Self.answer(.delete, "*").0 == 400)
        #expect(try await Self.answer(.options, "/*").0 == 404)
        #expect(try await Self.answer(.delete, "/%2A").0 == 404)
    }

    @Test("makes problems of what handlers throw")
    func problems() async throws {
        #expect(try await Self.answer(.get, "/problem").0 == 422)
        #expect(try await Self.answer(.get, "/late").0 == 413)
        let (status, body, _) = try await Self.answer(.get, "/odd?x=1")
        #expect(status == 409)
        let problem = try JSONDecoder().decode(Problem.self, from: Data(body.utf8))
        #expect(problem.detail == "Odd" && problem.instance == "/odd" && problem.title == "Conflict" && problem.type == "about:blank")
    }
}
