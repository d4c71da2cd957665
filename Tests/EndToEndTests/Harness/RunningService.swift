import Foundation
import TestSupport

/// A real `aliquot serve` on a port of the kernel's choice, spoken to through curl.
final class RunningService: Sendable {
    let data: URL
    /// `http://127.0.0.1:PORT`
    let address: String
    let processIdentifier: Int32
    private let ended: ProcessEnd
    private let status: @Sendable () -> Int32
    private let log: URL

    private init(data: URL, address: String, processIdentifier: Int32, ended: ProcessEnd, log: URL, status: @escaping @Sendable () -> Int32)
    {
        self.data = data
        self.address = address
        self.processIdentifier = processIdentifier
        self.ended = ended
        self.log = log
        self.status = status
    }

    deinit { if !ended.isOver { kill(processIdentifier, SIGKILL) } }

    /// Starts the service on a data directory and returns once it is ready.
    static func start(data: URL) async throws -> RunningService {
        guard FileManager.default.isExecutableFile(atPath: Program.url.path) else {
            throw EndToEndError.programMissing(path: Program.url.path)
        }
        let log = try TestSupport.temporaryDirectory().appendingPathComponent("serve.log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", data.path]
        process.currentDirectoryURL = TestSupport.projectDirectory
        process.standardInput = FileHandle.nullDevice
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        let ended = ProcessEnd()
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let box = ExitStatus(process)
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while clock.now < deadline, !ended.isOver {
            let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
            if let found = text.firstMatch(of: #/http://127\.0\.0\.1:[1-9][0-9]*/#) {
                let service = RunningService(
                    data: data, address: String(found.output), processIdentifier: process.processIdentifier, ended: ended, log: log,
                    status: { box.value })
                try await service.until("ready", seconds: 30) { try await service.call("/readyz").status == 200 }
                return service
            }
            try await clock.sleep(for: .milliseconds(20))
        }
        if !ended.isOver { kill(process.processIdentifier, SIGKILL) }
        throw EndToEndError.noAddress(log: String(decoding: try Data(contentsOf: log), as: UTF8.self))
    }

    var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Sends a signal and waits for the end; the exit status, or 128 + signal.
    func stop(_ signal: Int32 = SIGTERM, within limit: Duration = .seconds(60)) async throws -> Int32 {
        kill(processIdentifier, signal)
        guard await ended.wait(for: limit) else { throw EndToEndError.timeIsUp(waitingFor: "the end of the service", last: logText) }
        return status()
    }

    /// One call of curl: `call("/v1/jobs", "-X", "POST", "-d", "{}")`.
    func call(_ path: String, _ arguments: String...) async throws -> Answer { try await call(path, arguments: arguments) }

    func call(_ path: String, arguments: [String]) async throws -> Answer {
        let place = try TestSupport.temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: place) }
        let head = place.appendingPathComponent("head")
        let all = ["-sS", "--max-time", "120", "-D", head.path, "-H", "Expect:"] + arguments + [address + path]
        let result = try await ChildProcess.run(URL(fileURLWithPath: "/usr/bin/curl"), all, timeout: .seconds(130))
        let lines = (try? String(contentsOf: head, encoding: .utf8))?.split(separator: "\r\n") ?? []
        // The last status line counts: a 100 Continue may come before it.
        guard let start = lines.lastIndex(where: { $0.hasPrefix("HTTP/1.1 ") }), let status = Int(lines[start].split(separator: " ")[1])
        else {
            throw EndToEndError.curlFailed(arguments: all, errors: result.errorText)
        }
        var fields: [String: String] = [:]
        for line in lines[(start + 1)...] {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Answer(status: status, fields: fields, body: result.output)
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

/// How a process ended.
///
/// Safe because it is read only after the process is over, when nothing changes it any more.
private final class ExitStatus: @unchecked Sendable {
    private let process: Process
    init(_ process: Process) { self.process = process }
    var value: Int32 { process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus }
}
