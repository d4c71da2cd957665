import Foundation
import TestSupport

/// A real `aliquot serve` on a port of the kernel's choice, spoken to through curl.
final class RunningService: Sendable {
    let data: URL
    /// `http://127.0.0.1:PORT`
    let address: String
    private let process: ChildProcess
    private let log: URL

    private init(data: URL, address: String, process: ChildProcess, log: URL) {
        self.data = data
        self.address = address
        self.process = process
        self.log = log
    }

    deinit { process.send(SIGKILL) }

    /// Starts the service on a data directory and returns once it is ready.
    static func start(data: URL) async throws -> RunningService {
        guard FileManager.default.isExecutableFile(atPath: Program.url.path) else {
            throw EndToEndError.programMissing(path: Program.url.path)
        }
        let log = try TestSupport.temporaryDirectory().appendingPathComponent("serve.log")
        let process = try ChildProcess.start(
            Program.url, ["serve", "--host", "127.0.0.1", "--port", "0", "--data", data.path], output: log, errors: log,
            directory: TestSupport.projectDirectory)
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while clock.now < deadline, !process.isOver {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            if let found = text.firstMatch(of: #/http://127\.0\.0\.1:[1-9][0-9]*/#) {
                let service = RunningService(data: data, address: String(found.output), process: process, log: log)
                try await service.until("ready", seconds: 30) { try await service.call("/readyz").status == 200 }
                return service
            }
            try await clock.sleep(for: .milliseconds(20))
        }
        process.send(SIGKILL)
        throw EndToEndError.noAddress(log: (try? String(contentsOf: log, encoding: .utf8)) ?? "")
    }

    var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Sends a signal and waits for the end; the exit status, or 128 + signal.
    func stop(_ signal: Int32 = SIGTERM, within limit: Duration = .seconds(60)) async throws -> Int32 {
        process.send(signal)
        guard let status = await process.wait(for: limit) else {
            throw EndToEndError.timeIsUp(waitingFor: "the end of the service", last: logText)
        }
        return status
    }

    /// One call of curl: `call("/v1/jobs", "-X", "POST", "-d", "{}")`.
    func call(_ path: String, _ arguments: String...) async throws -> Answer { try await call(path, arguments: arguments) }

    func call(_ path: String, arguments: [String]) async throws -> Answer {
        try await Curl.call(address + path, arguments, seconds: 120)
    }

    /// POST of a JSON text.
    func post(_ path: String, _ json: String) async throws -> Answer {
        try await call(path, "-X", "POST", "-H", "Content-Type: application/json", "-d", json)
    }

    /// Waits for a job to end and returns it.
    func finished(job: String, seconds: Double = 300) async throws -> JSON {
        var last = JSON.null
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while clock.now < deadline {
            last = try await call("/v1/jobs/\(job)?wait=5").json
            if ["succeeded", "failed", "cancelled"].contains(last["state"].string ?? "") { return last }
        }
        throw EndToEndError.timeIsUp(waitingFor: "the end of job \(job)", last: "\(last)\n\(logText.suffix(4000))")
    }

    /// Asks again every 50 ms until the answer is yes.
    func until(_ what: String, seconds: Double, _ isSo: () async throws -> Bool) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while clock.now < deadline {
            if try await isSo() { return }
            try await clock.sleep(for: .milliseconds(50))
        }
        throw EndToEndError.timeIsUp(waitingFor: what, last: String(logText.suffix(4000)))
    }
}
