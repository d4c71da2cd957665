import Foundation
import Testing
import TestSupport

/// Bad input gets a clear answer in the 400s and leaves nothing behind: files and rows are counted before and after.
@Suite("bad input", .serialized, .timeLimit(.minutes(10)))
struct BadInputSpecs {
    /// Sends one refused request and compares what the data directory holds.
    private func refused(
        _ service: RunningService, _ path: String, _ arguments: [String], status allowed: Set<Int>, saying words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try Footprint(of: service.data)
        let answer = try await service.call(path, arguments: arguments)
        #expect(allowed.contains(answer.status), "\(answer.status): \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.isProblem, sourceLocation: sourceLocation)
        #expect(answer.json["status"].int == answer.status, sourceLocation: sourceLocation)
        #expect(answer.json["request_id"].string != nil, sourceLocation: sourceLocation)
        for word in words {
            #expect(
                answer.text.localizedCaseInsensitiveContains(word), "'\(word)' is not in \(answer.text)", sourceLocation: sourceLocation)
        }
        let after = try Footprint(of: service.data)
        #expect(after.files.subtracting(before.files).isEmpty, sourceLocation: sourceLocation)
        #expect(after == before, sourceLocation: sourceLocation)
    }

    private func file(_ name: String, _ bytes: Data) throws -> String {
        let url = try TestSupport.temporaryDirectory().appendingPathComponent(name)
        try bytes.write(to: url)
        return url.path
    }

    @Test("what is not a picture, or not whole, or too large, is not stored")
    func pictures() async throws {
        // Given a dataset with declared classes
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        #expect(try await service.post("/v1/datasets", #"{"name":"cells","classes":["round","long"]}"#).status == 201)
        let place = "/v1/datasets/cells/images/bad"
        // Then each bad upload is refused
        try await refused(
            service, place, ["-T", try file("text.jpg", Data("This is text, not a picture.\n".utf8))], status: [415], saying: "picture")
        try await refused(
            service, place, ["-X", "PUT", "-H", "Content-Type: image/jpeg", "--data-binary", ""], status: [400, 411, 415, 422])
        try await refused(service, place, ["-T", try file("bomb.png", HostileFiles.pngBomb())], status: [413], saying: "pixels")
        let truncated = try await truncatedJPEG()
        try await refused(service, place, ["-T", try file("truncated.jpg", truncated)], status: [415, 422])
        let good = try #require(
            try Pictures.files(below: try await Pictures.folder(labelledPerClass: 1, unlabelled: 1, testPerClass: 1)).first)
        try await refused(service, place + "?label=square", ["-T", good.path], status: [422], saying: "square")
        try await refused(service, place + "?colour=red", ["-T", good.path], status: [400], saying: "colour")
        try await refused(service, "/v1/datasets/cells/images/..%2F..%2Fbad", ["-T", good.path], status: [400, 404, 422])
        try await refused(service, "/v1/datasets/nowhere/images/bad", ["-T", good.path], status: [404], saying: "nowhere")
        #expect(try await service.call("/v1/datasets/cells").json["counts"]["images"].int == 0)
        // And the same picture under the right label is taken
        #expect(try await service.call("/v1/datasets/cells/images/good?label=round", "-T", good.path).status == 201)
        #expect(try await service.stop() == 0)
    }

    @Test("a job that cannot work is refused at submission, with every fault named at once")
    func jobs() async throws {
        // Given a dataset with labels, one without, and one with a single label in a class
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        let folder = try await Pictures.folder(labelledPerClass: 2, unlabelled: 3, testPerClass: 1)
        _ = try await service.dataset("cells", from: try await Pictures.archive(folder))
        #expect(try await service.post("/v1/datasets", #"{"name":"bare"}"#).status == 201)
        for (index, picture) in try Pictures.files(below: folder.appendingPathComponent("unlabelled")).enumerated() {
            #expect(try await service.call("/v1/datasets/bare/images/u\(index)", "-T", picture.path).status == 201)
        }
        func job(_ body: String) -> [String] { ["-X", "POST", "-H", "Content-Type: application/json", "-d", body] }
        // Then each impossible job is refused
        try await refused(service, "/v1/jobs", job("{not json"), status: [400], saying: "JSON")
        try await refused(service, "/v1/jobs", job(""), status: [400])
        try await refused(
            service, "/v1/jobs", job(#"{"type":"train","dataset":"cells","network":"resnet9000"}"#), status: [422], saying: "/network",
            "resnet9000")
        try await refused(
            service, "/v1/jobs", job(#"{"type":"train","dataset":"bare","network":"mobilenet_v2"}"#), status: [422], saying: "label")
        try await refused(
            service, "/v1/jobs", job(#"{"type":"train","dataset":"nowhere","network":"mobilenet_v2"}"#), status: [404, 422],
            saying: "nowhere")
        try await refused(
            service, "/v1/jobs",
            job(#"{"type":"train","dataset":"cells","network":"mobilenet_v2","epochs":0,"image_size":5,"colour":"red"}"#), status: [422],
            saying: "/epochs", "/image_size", "/colour")
        try await refused(
            service, "/v1/jobs", job(#"{"type":"train","dataset":"cells","network":"mobilenet_v2","weights":"nobody"}"#), status: [422],
            saying: "/weights")
        #expect(try await service.call("/v1/jobs?type=train").json["items"].array.isEmpty)
        #expect(try await service.stop() == 0)
    }

    @Test("an archive's ways out of its folder are listed in the report, its good entries kept, and nothing is written elsewhere")
    func archives() async throws {
        // Given an archive with .. and absolute paths, links and devices, and two good pictures
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        #expect(try await service.post("/v1/datasets", #"{"name":"cells"}"#).status == 201)
        let pictures = try Pictures.files(below: try await Pictures.folder(labelledPerClass: 1, unlabelled: 1, testPerClass: 1)).prefix(2)
        let good = try pictures.enumerated().map {
            (name: "labelled/round/\($0.offset).\($0.element.pathExtension)", bytes: try Data(contentsOf: $0.element))
        }
        let archive = try file("hostile.tar", HostileFiles.tarWithWaysOut(good: good))
        // When it is imported
        let accepted = try await service.call(
            "/v1/datasets/cells/archives", "-X", "POST", "-H", "Content-Type: application/octet-stream", "-T", archive)
        #expect(accepted.status == 202)
        let id = try #require(accepted.json["id"].string)
        let job = try await service.finished(job: id)
        // Then the good pictures are stored
        #expect(job["state"].string == "succeeded", "\(job)")
        #expect(try await service.call("/v1/datasets/cells").json["counts"]["images"].int == 2)
        // And the report names each bad entry
        let report = try await service.call("/v1/jobs/\(id)/report").text.replacingOccurrences(of: "\\/", with: "/")
        for name in [
            "../escaped.png", "/tmp/aliquot-escaped.png", "labelled/round/link.png", "labelled/round/hard.png", "labelled/round/device.png",
            "labelled/round/pipe.png",
        ] {
            #expect(report.contains(name), "\(name) is not in \(report)")
        }
        // And nothing got out
        #expect(!FileManager.default.fileExists(atPath: "/tmp/aliquot-escaped.png"))
        let outside = try Pictures.everyFile(below: service.data).filter {
            $0.lastPathComponent.contains("escaped") || $0.lastPathComponent == "link.png"
        }
        #expect(outside.isEmpty)
        // And what is no archive is refused, by the call or by the job, and stores no picture
        let nonsense = try await service.call(
            "/v1/datasets/cells/archives", "-X", "POST", "-H", "Content-Type: application/octet-stream", "-T",
            try file("not.zip", Data("PK nonsense".utf8)))
        if nonsense.status == 202, let id = nonsense.json["id"].string {
            #expect(try await service.finished(job: id)["state"].string == "failed")
        } else {
            #expect((400...499).contains(nonsense.status))
        }
        #expect(try await service.call("/v1/datasets/cells").json["counts"]["images"].int == 2)
        #expect(try await service.stop() == 0)
    }

    @Test("wrong methods, wrong addresses and wrong JSON get a problem document")
    func requests() async throws {
        // Given a service
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        // Then
        try await refused(
            service, "/v1/datasets", ["-X", "POST", "-H", "Content-Type: application/json", "-d", #"{"name":"../up"}"#], status: [422],
            saying: "/name")
        try await refused(
            service, "/v1/datasets", ["-X", "POST", "-H", "Content-Type: application/json", "-d", "[1,2"], status: [400], saying: "JSON")
        try await refused(service, "/v1/datasets", ["-X", "DELETE"], status: [405])
        try await refused(service, "/v1/nothing", [], status: [404])
        try await refused(service, "/v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV", [], status: [404])
        try await refused(
            service, "/v1/models/nobody/classify", ["-X", "POST", "-T", try file("x.jpg", Data("x".utf8))], status: [404], saying: "nobody")
        try await refused(service, "/%2e%2e/%2e%2e/etc/passwd", ["--path-as-is"], status: [400, 404])
        #expect(try await service.stop() == 0)
    }

    /// A real JPEG, as the service's own thumbnails are, cut in the middle.
    private func truncatedJPEG() async throws -> Data {
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        #expect(try await service.post("/v1/datasets", #"{"name":"source"}"#).status == 201)
        let picture = try #require(
            try Pictures.files(below: try await Pictures.folder(labelledPerClass: 1, unlabelled: 1, testPerClass: 1)).first)
        #expect(try await service.call("/v1/datasets/source/images/one", "-T", picture.path).status == 201)
        let whole = try await service.call("/v1/datasets/source/images/one/thumbnail?size=64").body
        #expect(whole.starts(with: [0xFF, 0xD8, 0xFF]))
        #expect(try await service.stop() == 0)
        return Data(whole.prefix(whole.count / 2))
    }
}
