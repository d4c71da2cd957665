import HTTP
import HTTPTypes

/// Refuses, before anything is done, a request whose answer its client would not understand. Source: RFC 9110 sections 12.5.1 and 8.4.
enum Negotiation {
    /// - Throws: ``APIError/notAcceptable(got:offered:)`` where `Accept` excludes every form that the route answers in;
    ///   ``APIError/unsupportedCoding(got:allowed:)`` where the body is packed in a way that the route does not unpack.
    static func check(_ request: ServerRequest, _ contract: OperationContract) throws(APIError) {
        let offered = contract.mediaTypes
        if let accept = request.fields[.accept], !offered.isEmpty {
            let list = QualityList(accept)
            guard offered.contains(where: list.accepts) else { throw .notAcceptable(got: accept, offered: offered) }
        }
        if let coding = request.fields[.contentEncoding]?.lowercased(), coding != "identity", !coding.isEmpty {
            let allowed = contract.body.unpacks
            guard allowed.contains(coding) else { throw .unsupportedCoding(got: coding, allowed: allowed) }
        }
    }
}

extension OperationContract {
    /// The media types of its successes.
    var mediaTypes: [String] {
        answers.flatMap { answer -> [String] in
            switch answer.content {
            case .none: []
            case .json: [FileType.json]
            case .jsonOrBinary: [FileType.json, FileType.octets]
            case .media(let types): types
            }
        }
    }
}

extension OperationContract.Body {
    /// Content codings that a route unpacks: JSON is small; pictures, archives and weights are packed by themselves.
    var unpacks: [String] {
        if case .json = self { ["gzip", "x-gzip"] } else { [] }
    }
}
