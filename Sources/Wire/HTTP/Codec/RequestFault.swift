import HTTPTypes

/// Why a request is refused before any handler sees it.
enum RequestFault: Error, Equatable, Sendable {
    case malformedRequestLine(String)
    case malformedTarget(String)
    case requestLineTooLong(limit: Int)
    case headTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case malformedField(FieldLine.Fault)
    /// A line feed without a carriage return before it. RFC 9112 section 2.2 allows to accept it; what proxies read differently, we refuse.
    case bareLineFeed
    case unsupportedVersion
    /// RFC 9112 section 3.2: exactly one Host.
    case hostCount(got: Int)
    case malformedHost
    case repeatedContentLength
    case malformedContentLength
    /// RFC 9112 section 6.1: both framings in one message are an attempt at smuggling.
    case lengthAndTransferEncoding
    /// A coding other than chunked, or chunked not last.
    case unsupportedTransferEncoding(got: String)
    case malformedTransferEncoding
    case unknownExpectation(got: String)
    /// CONNECT: this is not a proxy.
    case methodNotImplemented(got: String)
    /// The chunked framing is wrong, or its trailer section is.
    case malformedChunk(String)
    case headTimeout(after: Duration)
    /// The client ended its stream inside a head.
    case incompleteHead

    var status: HTTPResponse.Status {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unsupportedVersion: .httpVersionNotSupported
        case .unsupportedTransferEncoding, .methodNotImplemented: .notImplemented
        case .unknownExpectation: .expectationFailed
        case .headTimeout: .requestTimeout
        default: .badRequest
        }
    }

    var sentence: String {
        switch self {
        case .malformedRequestLine(let what): "malformed request line: \(what)"
        case .malformedTarget(let what): "malformed request target: \(what)"
        case .requestLineTooLong(let limit): "a request line of more than \(limit) bytes"
        case .headTooLarge(let limit): "a head of more than \(limit) bytes"
        case .tooManyFields(let limit): "more than \(limit) fields"
        case .malformedField(let fault): fault.sentence
        case .bareLineFeed: "a line feed without a carriage return"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .hostCount(let got): "\(got) Host fields, exactly 1 is allowed"
        case .malformedHost: "a malformed Host"
        case .repeatedContentLength: "more than one Content-Length"
        case .malformedContentLength: "a Content-Length that is not a number of at most 18 digits"
        case .lengthAndTransferEncoding: "both Content-Length and Transfer-Encoding"
        case .unsupportedTransferEncoding(let got): "Transfer-Encoding \(got), only chunked is understood"
        case .malformedTransferEncoding: "a Transfer-Encoding that does not end in one chunked, or in HTTP/1.0"
        case .unknownExpectation(let got): "Expect \(got), only 100-continue is understood"
        case .methodNotImplemented(let got): "the method \(got)"
        case .malformedChunk(let what): "malformed chunked body: \(what)"
        case .headTimeout(let time): "the head of the request was not complete after \(time)"
        case .incompleteHead: "the stream ended inside the head of a request"
        }
    }

    var problem: Problem { Problem(status, detail: sentence) }
}
