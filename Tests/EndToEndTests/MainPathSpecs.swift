import Foundation
import Testing
import TestSupport

/// The program over loopback, from the first picture to an answer that survives a restart.
@Suite("the main path", .serialized, .timeLimit(.minutes(10)))
struct MainPathSpecs {
    @Test("takes pictures one by one, says 200 to the same bytes again and 409 to others under the name")
    func uploadsPictures() async throws {
        // Given a service and a dataset with declared classes
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        let pictures = try Pictures.files(below: try await Pictures.folder(labelledPerClass: 2, unlabelled: 2, testPerClass: 1))
        #expect(try await service.post("/v1/datasets", #"{"name":"hand","classes":["round","long"]}"#).status == 201)
        let place = "/v1/datasets/hand/images/one?label=round"
        // When a picture is put, put again, and another is put under its name
        let first = try await service.call(place, "-T", pictures[0].path)
        let again = try await service.call(place, "-T", pictures[0].path)
        let other = try await service.call(place, "-T", pictures[1].path)
        // Then the first bytes stand
        #expect(first.status == 201)
        #expect(first.json["label"].string == "round")
        #expect(again.status == 200)
        #expect(other.status == 409)
        #expect(other.isProblem)
        let stored = try await service.call("/v1/datasets/hand/images/one")
        #expect(stored.body == (try Data(contentsOf: pictures[0])))
        // And If-Match of the stored bytes replaces them
        let etag = try #require(stored.fields["etag"])
        #expect(try await service.call(place, "-T", pictures[1].path, "-H", "If-Match: \(etag)").status == 200)
        // And many pictures in one multipart body are stored under their own names
        let many = try await service.call(
            "/v1/datasets/hand/images?label=long", "-F", "a=@\(pictures[2].path)", "-F", "b=@\(pictures[3].path)")
        #expect((200...201).contains(many.status), "\(many.text)")
        let counts = try await service.call("/v1/datasets/hand").json["counts"]
        #expect(counts["images"].int == 3)
        #expect(counts["labelled"].int == 3)
        // And a thumbnail is a small JPEG
        let thumbnail = try await service.call("/v1/datasets/hand/images/one/thumbnail?size=64")
        #expect(thumbnail.status == 200)
        #expect(thumbnail.body.starts(with: [0xFF, 0xD8, 0xFF]))
        #expect(try await service.stop() == 0)
    }

    @Test("imports an archive, trains, quantises, classifies, and answers the same after a restart")
    func trainsAndAnswers() async throws {
        // Given a dataset imported from an archive
        let data = try TestSupport.temporaryDirectory()
        let folder = try await Pictures.folder()
        var service = try await RunningService.start(data: data)
        let dataset = try await service.dataset("cells", from: try await Pictures.archive(folder))
        #expect(dataset["counts"]["images"].int == 6 * 4 + 16 + 3 * 4)
        #expect(dataset["counts"]["unlabelled_train"].int == 16)
        #expect(dataset["counts"]["test"].int == 12)
        #expect(dataset["classes"].array.count == 4)
        let revision = try await service.call("/v1/datasets/cells/revisions", "-X", "POST")
        #expect(revision.status == 201)
        #expect(revision.json["digest"].string?.count == 64)

        // When a small job of distillation runs to its end
        let id = try await service.train("cells", epochs: 2, more: #","method":"plain_distillation","confidence":0.3,"seed":3"#)
        let job = try await service.finished(job: id)
        // Then it has made a model with both precisions and a report
        #expect(job["state"].string == "succeeded", "\(job)")
        #expect(job["result"]["model"].string == "cells")
        #expect(job["result"]["version"].int == 1)
        #expect(job["attempt"].int == 1)
        let report = try await service.call("/v1/jobs/\(id)/report")
        #expect(report.status == 200)
        let version = try await service.call("/v1/models/cells/versions/1").json
        #expect(version["manifest"]["architecture"].string == "mobilenet_v2")
        #expect(version["manifest"]["lineage"]["job"].string == id)
        #expect(version["manifest"]["precisions"].array.compactMap(\.string).sorted() == ["float", "int8"])
        // And the events tell the story from the first state to the end
        let events = try await service.call("/v1/jobs/\(id)/events")
        #expect(events.fields["content-type"]?.hasPrefix("text/event-stream") == true)
        for kind in ["state", "progress", "metric", "end"] { #expect(events.text.contains("event: \(kind)\n"), "no event of kind \(kind)") }

        // When a picture that was held back is classified in both precisions
        let picture = try #require(try Pictures.files(below: folder.appendingPathComponent("test")).first)
        var before: [String: JSON] = [:]
        for precision in ["float", "int8"] {
            let answer = try await service.call(
                "/v1/models/cells/classify?top_k=4&precision=\(precision)", "-X", "POST", "-T", picture.path)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["precision"].string == precision)
            let probabilities = answer.json["predictions"].array.compactMap(\.["probability"].number)
            #expect(probabilities.count == 4)
            #expect(abs(probabilities.reduce(0, +) - 1) < 1e-4)
            #expect(probabilities == probabilities.sorted(by: >))
            #expect(answer.fields["server-timing"] != nil)
            before[precision] = answer.json["predictions"]
        }
        // And many pictures in one multipart body come back in order, a bad one with its own error
        let bad = try TestSupport.temporaryDirectory().appendingPathComponent("bad.jpg")
        try Data("no picture".utf8).write(to: bad)
        let many = try await service.call("/v1/models/cells/classify", "-F", "a=@\(picture.path)", "-F", "b=@\(bad.path)")
        #expect(many.status == 200, "\(many.text)")
        #expect(many.json["results"].array.count == 2)
        #expect(many.json["results"].array.last?["error"] != .null)

        // When the service is stopped and started again
        #expect(try await service.stop() == 0)
        service = try await RunningService.start(data: data)
        // Then everything is there and the answers are the same
        #expect(try await service.call("/v1/datasets/cells").json["counts"]["images"].int == 52)
        #expect(try await service.call("/v1/jobs/\(id)").json["state"].string == "succeeded")
        for precision in ["float", "int8"] {
            let answer = try await service.call(
                "/v1/models/cells/classify?top_k=4&precision=\(precision)", "-X", "POST", "-T", picture.path)
            #expect(answer.json["predictions"] == before[precision])
        }
        #expect(try await service.stop() == 0)
    }

    @Test("a job that is cancelled ends cancelled, and one that waits behind it never starts")
    func cancels() async throws {
        // Given a long job that runs and one that waits
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        _ = try await service.dataset("cells", from: try await Pictures.archive(try await Pictures.folder()))
        let running = try await service.train("cells", epochs: 900)
        let waiting = try await service.train("cells", epochs: 900)
        try await service.untilInTheMiddle(of: running)
        // When both are cancelled
        for id in [waiting, running] { #expect((200...202).contains(try await service.call("/v1/jobs/\(id)/cancel", "-X", "POST").status)) }
        // Then both end cancelled, and no worker is left
        let first = try await service.finished(job: running, seconds: 60)
        let second = try await service.finished(job: waiting, seconds: 60)
        #expect(first["state"].string == "cancelled")
        #expect(second["state"].string == "cancelled")
        #expect(second["started_at"].string == nil)
        #expect(ProcessTable.find("worker", running).isEmpty)
        #expect(try await service.call("/v1/models").json["items"].array.isEmpty)
        #expect(try await service.stop() == 0)
    }

    @Test("the page and its files are served with a policy that allows no foreign code")
    func servesThePage() async throws {
        // Given a service
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        // When the page is asked for
        let page = try await service.call("/")
        // Then it comes with a strict policy, and everything it names comes too
        #expect(page.status == 200)
        #expect(page.fields["content-type"]?.hasPrefix("text/html") == true)
        let policy = try #require(page.fields["content-security-policy"])
        #expect(!policy.contains("unsafe"))
        let names = page.text.matches(of: #/(?:src|href)="([a-z][^":#]*)"/#).map { String($0.output.1) }
        #expect(names.contains("js/main.js"))
        for name in names { #expect(try await service.call("/\(name)").status == 200, "\(name)") }
        // And every module that a module imports
        let scripts = try Pictures.everyFile(below: TestSupport.projectDirectory.appendingPathComponent("Public/js"))
        for script in scripts {
            let name = script.path.components(separatedBy: "/Public/").last ?? ""
            let answer = try await service.call("/\(name)")
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"]?.contains("javascript") == true)
        }
        #expect(try await service.stop() == 0)
    }
}
