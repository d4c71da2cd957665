import Foundation
import Testing
import TestSupport

/// `kill -9` at the worst moment: the job still succeeds and nothing uploaded is lost.
@Suite("crashes", .serialized, .timeLimit(.minutes(15)))
struct CrashSpecs {
    @Test("kill -9 of the worker in the middle of a job: the job goes on and succeeds")
    func killedWorker() async throws {
        // Given a job in the middle of its training
        let service = try await RunningService.start(data: try TestSupport.temporaryDirectory())
        _ = try await service.dataset("cells", from: try await Pictures.archive(try await Pictures.folder()))
        let id = try await service.train("cells", epochs: 40)
        try await service.untilInTheMiddle(of: id)
        let workers = ProcessTable.find("worker", id)
        #expect(workers.count == 1)
        // When its worker is killed
        for worker in workers { kill(worker, SIGKILL) }
        // Then the service takes it up again, and it succeeds in a later attempt
        let job = try await service.finished(job: id)
        #expect(job["state"].string == "succeeded", "\(job)")
        #expect(job["attempt"].int == 2)
        #expect(try await service.call("/v1/models/cells/versions/1").status == 200)
        #expect(try await service.stop() == 0)
    }

    @Test("kill -9 of the service in the middle of a job: after a new start the job succeeds and every upload is there")
    func killedService() async throws {
        // Given uploads, known by their bytes, and a job in the middle of its training
        let data = try TestSupport.temporaryDirectory()
        let folder = try await Pictures.folder()
        var service = try await RunningService.start(data: data)
        _ = try await service.dataset("cells", from: try await Pictures.archive(folder))
        let late = try #require(try Pictures.files(below: folder.appendingPathComponent("test")).first)
        let id = try await service.train("cells", epochs: 40)
        try await service.untilInTheMiddle(of: id)
        #expect(try await service.call("/v1/datasets/cells/images/late", "-T", late.path).status == 201)
        // When the service is killed
        #expect(try await service.stop(SIGKILL) == 128 + SIGKILL)
        // And started again
        service = try await RunningService.start(data: data)
        // Then the job succeeds, by one worker at a time
        #expect(ProcessTable.find("worker", id).count <= 1)
        let job = try await service.finished(job: id)
        #expect(job["state"].string == "succeeded", "\(job)")
        #expect(try await service.call("/v1/models/cells").json["versions"].array.count == 1)
        // And nothing uploaded is lost: each picture's bytes are what was sent
        #expect(try await service.call("/v1/datasets/cells/images/late").body == (try Data(contentsOf: late)))
        let sent = Set(try Pictures.files(below: folder).map { try Data(contentsOf: $0) })
        var stored: Set<Data> = []
        for image in try await service.call("/v1/datasets/cells/images?page_size=200").json["items"].array {
            stored.insert(try await service.call("/v1/datasets/cells/images/\(image["name"].string ?? "")").body)
        }
        #expect(stored == sent)
        #expect(try await service.stop() == 0)
    }

    @Test("SIGTERM in the middle of a job: the service stops within its grace, leaves no worker, and the next start ends the job")
    func drained() async throws {
        // Given a job in the middle of its training
        let data = try TestSupport.temporaryDirectory()
        var service = try await RunningService.start(data: data)
        _ = try await service.dataset("cells", from: try await Pictures.archive(try await Pictures.folder()))
        let id = try await service.train("cells", epochs: 40)
        try await service.untilInTheMiddle(of: id)
        // When the service is asked to stop
        #expect(try await service.stop(SIGTERM) == 0)
        // Then nobody works any more
        #expect(ProcessTable.find("worker", id).isEmpty)
        // And a new start ends the job
        service = try await RunningService.start(data: data)
        #expect(try await service.finished(job: id)["state"].string == "succeeded")
        #expect(try await service.stop() == 0)
    }

    @Test("a second service on the same data directory is refused with a clear message")
    func refusesASecondOwner() async throws {
        // Given a running service
        let data = try TestSupport.temporaryDirectory()
        let service = try await RunningService.start(data: data)
        // When another is started on its data
        let second = try await ChildProcess.run(
            Program.url, ["serve", "--host", "127.0.0.1", "--port", "0", "--data", data.path], timeout: .seconds(30))
        // Then it ends by itself and says why
        #expect(!second.timedOut)
        #expect(second.status != 0)
        #expect((second.text + second.errorText).contains(data.lastPathComponent))
        #expect(try await service.stop() == 0)
    }
}
