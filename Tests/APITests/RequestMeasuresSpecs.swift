import Testing

@testable import API

@Suite("Prometheus text")
struct RequestMeasuresSpecs {
    @Test("counts, cumulative buckets and escaped labels stand as the format asks")
    func writes() {
        // Given three requests
        let measures = RequestMeasures()
        measures.record(method: "GET", route: "/v1/jobs/{id}", status: 200, seconds: 0.003, received: 0)
        measures.record(method: "GET", route: "/v1/jobs/{id}", status: 200, seconds: 0.2, received: 0)
        measures.record(method: "PUT", route: "odd\"\\", status: 201, seconds: 100, received: 7)
        measures.recordClassified(precision: "int8")
        // When they are written
        var text = PrometheusText()
        measures.write(to: &text)
        let lines = Set(text.text.split(separator: "\n").map(String.init))
        // Then buckets are cumulative: 0.003 s is in le=0.005 and all above, 0.2 s from le=0.25 on, 100 s in +Inf only
        for line in [
            #"aliquot_http_requests_total{method="GET",route="/v1/jobs/{id}",status="200"} 2"#,
            #"aliquot_http_request_duration_seconds_bucket{route="/v1/jobs/{id}",le="0.0025"} 0"#,
            #"aliquot_http_request_duration_seconds_bucket{route="/v1/jobs/{id}",le="0.005"} 1"#,
            #"aliquot_http_request_duration_seconds_bucket{route="/v1/jobs/{id}",le="0.25"} 2"#,
            #"aliquot_http_request_duration_seconds_bucket{route="/v1/jobs/{id}",le="+Inf"} 2"#,
            #"aliquot_http_request_duration_seconds_bucket{route="odd\"\\",le="30"} 0"#,
            #"aliquot_http_request_duration_seconds_count{route="odd\"\\"} 1"#, "aliquot_http_received_bytes_total 7",
            #"aliquot_images_classified_total{precision="int8"} 1"#, "# TYPE aliquot_http_request_duration_seconds histogram",
        ] { #expect(lines.contains(line), "\(line)") }
    }
}
