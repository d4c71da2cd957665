import HTTP
import HTTPTypes
import Testing

@testable import API

@Suite("what a client understands")
struct NegotiationSpecs {
    private let json = OperationContract("a", "t", "s", body: .json("X"), answers: [.init(200, "s", .json("X"))])
    private let picture = OperationContract(
        "b", "t", "s", body: .raw(["image/png"], "s"), answers: [.init(200, "s", .media(["image/*"])), .init(304, "s")])
    private let gone = OperationContract("c", "t", "s", answers: [.init(204, "s")])

    private func refusal(_ contract: OperationContract, _ fields: HTTPFields) throws -> Int? {
        let request = try ServerRequest(method: .post, target: "/", fields: fields)
        do throws(APIError) {
            try Negotiation.check(request, contract)
            return nil
        } catch { return error.problem.status }
    }

    @Test("an answer that the client would not understand is refused before anything is done")
    func accept() throws {
        #expect(try refusal(json, [:]) == nil)
        #expect(try refusal(json, [.accept: "*/*"]) == nil)
        #expect(try refusal(json, [.accept: "text/html, application/json;q=0.2"]) == nil)
        #expect(try refusal(json, [.accept: "text/html"]) == 406)
        #expect(try refusal(json, [.accept: "application/json;q=0, text/*"]) == 406)
        #expect(try refusal(picture, [.accept: "image/webp"]) == nil)
        #expect(try refusal(picture, [.accept: "application/json"]) == 406)
        #expect(try refusal(gone, [.accept: "text/html"]) == nil)
    }

    @Test("a packed body is taken where it is unpacked, and else refused with what would be understood")
    func coding() throws {
        #expect(try refusal(json, [.contentEncoding: "gzip"]) == nil)
        #expect(try refusal(json, [.contentEncoding: "identity"]) == nil)
        #expect(try refusal(json, [.contentEncoding: "br"]) == 415)
        #expect(try refusal(picture, [.contentEncoding: "gzip"]) == 415)
        let problem = APIError.unsupportedCoding(got: "br", allowed: ["gzip"]).problem
        #expect(problem.fields[.acceptEncoding] == "gzip")
    }
}
