import Foundation
import TestSupport
import Testing

@Suite("bad input gets a clear answer and leaves nothing behind")
struct BadInputSpecs {
    /// Sends and expects a problem of `status` that says `words`, and the same files and pictures as before.
    private func refused(_ live: LiveService, _ status: Int, _ words: String..., send: () async throws -> Answer) async throws {
        let before = try live.files()
        let answer = try await send()
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.isProblem)
        #expect(answer.json["status"].int == status)
        #expect(answer.json["request_id"].string == answer.fields["x-request-id"])
        for word in words { #expect(answer.text.contains(word), "'\(word)' is not in \(answer.text)") }
        #expect(try live.files() == before)
    }

    @Test("pictures that are none, too large, cut, or under a wrong name or label")
    func pictures() async throws {
        try await LiveService.with { live in
            #expect(try await live.post("/v1/datasets", #"{"name":"cells","classes":["round","long"]}"#).status == 201)
            let place = "/v1/datasets/cells/images/bad.jpg"
            let whole = try Pictures.jpeg(1)
            try await refused(live, 415, "JPEG, PNG") { try await live.put(place, Data("This is text.\n".utf8)) }
            try await refused(live, 415) { try await live.call(place, "-X", "PUT", "--data-binary", "") }
            try await refused(live, 422, "truncated") { try await live.put(place, whole.prefix(whole.count / 2)) }
            try await refused(live, 413, "200000000 pixels") { try await live.put(place, Pictures.pngBomb) }
            try await refused(live, 413, "33554432") { try await live.put(place, Data(count: (32 << 20) + 1)) }
            try await refused(live, 422, "square", "round, long") { try await live.put(place + "?label=square", whole) }
            try await refused(live, 400, "exam", "train, validation, test") { try await live.put(place + "?role=exam", whole) }
            try await refused(live, 400, "colour", "label, role") { try await live.put(place + "?colour=red", whole) }
            try await refused(live, 422, "not a name") { try await live.put("/v1/datasets/cells/images/..%2Fup", whole) }
            try await refused(live, 404, "nowhere") { try await live.put("/v1/datasets/nowhere/images/a", whole) }
            try await refused(live, 415, "multipart") { try await live.call("/v1/datasets/cells/images", "-X", "POST", "-d", "x") }
            #expect(try await live.call("/v1/datasets/cells").json["counts"]["images"].int == 0)
        }
    }

    @Test("jobs that cannot work: every fault at once, and no job and no revision afterwards")
    func jobs() async throws {
        try await LiveService.with { live in
            #expect(try await live.post("/v1/datasets", #"{"name":"bare"}"#).status == 201)
            #expect(try await live.put("/v1/datasets/bare/images/a", try Pictures.png(1)).status == 201)
            try await refused(live, 400, "not JSON") { try await live.post("/v1/jobs", "{not json") }
            try await refused(live, 400) { try await live.post("/v1/jobs", "") }
            try await refused(live, 422, "labelled") {
                try await live.post("/v1/jobs", #"{"type":"train","dataset":"bare","network":"mobilenet_v2"}"#)
            }
            try await refused(live, 422, "nowhere", "/dataset") {
                try await live.post("/v1/jobs", #"{"type":"train","dataset":"nowhere","network":"mobilenet_v2"}"#)
            }
            try await refused(live, 422, "/network", "/epochs", "/colour", "/image_size") {
                try await live.post(
                    "/v1/jobs", #"{"type":"train","dataset":"bare","network":"resnet9000","epochs":0,"image_size":5,"colour":"red"}"#)
            }
            try await refused(live, 415) { try await live.call("/v1/jobs", "-X", "POST", "-H", "Content-Type: text/plain", "-d", "{}") }
            try await refused(live, 413) { try await live.put("/v1/jobs", Data(repeating: 32, count: (1 << 20) + 1), "-X", "POST") }
            #expect(try await live.call("/v1/jobs").json["items"].array.isEmpty)
            #expect(try await live.call("/v1/datasets/bare/revisions").json["items"].array.isEmpty)
        }
    }

    @Test("wrong addresses, methods, names and origins")
    func requests() async throws {
        try await LiveService.with { live in
            try await refused(live, 404) { try await live.call("/v1/nothing") }
            try await refused(live, 405) { try await live.call("/v1/datasets", "-X", "DELETE") }
            try await refused(live, 404) { try await live.call("/v1/jobs/not-a-job") }
            try await refused(live, 404) { try await live.call("/v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV") }
            try await refused(live, 422, "/name", "/colour") { try await live.post("/v1/datasets", #"{"name":"../up","colour":1}"#) }
            try await refused(live, 400) { try await live.post("/v1/datasets", "[1,2") }
            try await refused(live, 403, "evil.example") {
                try await live.post("/v1/datasets", #"{"name":"x"}"#, "-H", "Origin: http://evil.example")
            }
            #expect(try await live.call("/v1/datasets").json["items"].array.isEmpty)
            // And the dashboard's own origin is welcome
            #expect(try await live.post("/v1/datasets", #"{"name":"x"}"#, "-H", "Origin: \(live.address)").status == 201)
        }
    }
}
