import Foundation
import HTTP
import HTTPTypes
import Logging

/// Counts and logs every request, whatever becomes of it, and adds the fields that every answer bears.
struct Observation: Sendable {
    let measures: RequestMeasures
    let logger: Logger

    private static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .server
    /// Methods that become label values; any other is "other", so that a client cannot make new series.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Answers through `inner` and counts the answer; the matched route is learnt through ``RouteLabel``.
    func handle(_ request: ServerRequest, _ inner: @Sendable (ServerRequest) async -> ServerResponse) async -> ServerResponse {
        let label = RouteLabel()
        let start = ContinuousClock.now
        var response = await RouteLabel.$current.withValue(label) { await inner(request) }
        response.fields[Self.contentTypeOptions] = "nosniff"
        measures.record(
            method: Self.methods.contains(request.method) ? request.method.rawValue : "other", route: label.pattern,
            status: response.status.code,
            seconds: Self.seconds(start.duration(to: .now)), received: request.body.declaredLength ?? 0)
        return response
    }

    /// Logs an exchange once its last byte is out, also those that were too broken for a handler.
    func log(_ record: AccessRecord) {
        measures.recordSent(record.bytes)
        if record.method == nil { measures.record(method: "other", route: "unreadable", status: record.status, seconds: 0, received: 0) }
        logger.info(
            "\(record.method?.rawValue ?? "-") \(record.path.isEmpty ? "-" : String(record.path.prefix(300))) \(record.status)",
            metadata: [
                "ms": "\(String(format: "%.1f", Self.seconds(record.duration) * 1000))", "bytes": "\(record.bytes)",
                "peer": "\(record.peer)",
                "request": "\(record.requestID)", "complete": "\(record.complete)",
            ])
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
