import Foundation
import Synchronization

/// Counts of requests since the start, written out as Prometheus text (exposition format 0.0.4).
///
/// Label values are route patterns and status codes only, so the number of series is bounded by the route table.
package final class RequestMeasures: Sendable {
    /// Upper bounds of the latency histogram, seconds; the last, +Inf, is implied.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private struct Series: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: RequestMeasures.bounds.count)
        var count = 0
        var sum = 0.0

        mutating func add(_ seconds: Double) {
            count += 1
            sum += seconds
            for (index, bound) in RequestMeasures.bounds.enumerated() where seconds <= bound { buckets[index] += 1 }
        }
    }

    private struct State {
        var requests: [Series: Int] = [:]
        var latencies: [String: Histogram] = [:]
        var received = 0
        var sent = 0
        var classified: [String: Int] = [:]
        var explained: [String: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// One answered request.
    ///
    /// - Parameters:
    ///   - seconds: from the parsed head to the answer's head; a body that is streamed afterwards is not in it.
    ///   - received: bytes of the request's body as declared; 0 for chunked bodies, whose length nobody declared.
    func record(method: String, route: String, status: Int, seconds: Double, received: Int) {
        state.withLock { state in
            state.requests[Series(method: method, route: route, status: status), default: 0] += 1
            state.latencies[route, default: Histogram()].add(seconds)
            state.received += received
        }
    }

    /// Bytes of an answer, head included, that went to the socket.
    func recordSent(_ bytes: Int) { state.withLock { $0.sent += bytes } }

    /// One picture answered in `precision`.
    func recordClassified(precision: String) { state.withLock { $0.classified[precision, default: 0] += 1 } }

    /// One picture explained by `method`.
    func recordExplained(method: String) { state.withLock { $0.explained[method, default: 0] += 1 } }

    /// Appends the families of this object to `text`.
    func write(to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        text.family("aliquot_http_requests_total", .counter, "Requests answered, by method, route and status.")
        for (series, count) in state.requests.sorted(by: {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }) {
            text.sample([("method", series.method), ("route", series.route), ("status", String(series.status))], Double(count))
        }
        text.family(
            "aliquot_http_request_duration_seconds", .histogram, "Seconds from the head of a request to the head of its answer, by route.")
        for (route, histogram) in state.latencies.sorted(by: { $0.key < $1.key }) {
            for (bound, count) in zip(Self.bounds, histogram.buckets) {
                text.sample([("route", route), ("le", PrometheusText.number(bound))], Double(count), suffix: "_bucket")
            }
            text.sample([("route", route), ("le", "+Inf")], Double(histogram.count), suffix: "_bucket")
            text.sample([("route", route)], histogram.sum, suffix: "_sum")
            text.sample([("route", route)], Double(histogram.count), suffix: "_count")
        }
        text.family("aliquot_http_received_bytes_total", .counter, "Bytes of request bodies with a declared length.")
        text.sample([], Double(state.received))
        text.family("aliquot_http_sent_bytes_total", .counter, "Bytes of answers, heads included.")
        text.sample([], Double(state.sent))
        text.family("aliquot_images_classified_total", .counter, "Pictures classified, by precision.")
        for (precision, count) in state.classified.sorted(by: { $0.key < $1.key }) {
            text.sample([("precision", precision)], Double(count))
        }
        text.family("aliquot_images_explained_total", .counter, "Pictures explained, by method.")
        for (method, count) in state.explained.sorted(by: { $0.key < $1.key }) { text.sample([("method", method)], Double(count)) }
    }
}
