import AliquotService
import Foundation
import Logging
import TestSupport
import Testing

@Suite("operation of the service")
struct OperationSpecs {
    @Test("health, version, measures and dashboard answer; no path leads out of the dashboard's folder")
    func answers() async throws {
        try await LiveService.with { live in
            #expect(try await live.call("/livez").json["status"].string == "alive")
            #expect(try await live.call("/readyz").json["status"].string == "ready")
            let version = try await live.call("/v1/version").json
            #expect(version["limits"]["picture_bytes"].int == 32 << 20)
            #expect((version["cores"].int ?? 0) >= 1)
            #expect(version["kernels"]["backend"].string?.hasPrefix("oneDNN") == true)
            #expect(try await live.call("/v1/networks").json["items"].array.contains { $0["name"].string == "mobilenet_v2" })
            let methods = try await live.call("/v1/methods").json["items"].array
            #expect(methods.map { $0["name"].string }.starts(with: ["supervised", "plain_distillation"]))
            #expect(methods.allSatisfy { method in method["fields"].array.contains { $0["name"].string == "class_weights" } })
            let page = try await live.call("/")
            #expect(page.fields["content-type"] == "text/html; charset=utf-8")
            #expect(page.fields["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(try await live.call("/js/main.js", "-H", "If-None-Match: *").status == 304)
            for path in ["/../secret", "/%2e%2e/%2e%2e/etc/passwd", "/js/..%2f..%2fetc/passwd", "//etc/passwd"] {
                #expect([400, 404].contains(try await live.call(path).status), "\(path)")
            }
            let measures = try await live.call("/metrics").text
            #expect(measures.contains(#"aliquot_http_requests_total{method="GET",route="/v1/version",status="200"} 1"#))
            #expect(measures.contains(#"aliquot_jobs{state="running"} 0"#))
            #expect(try await live.call("/v1/version", "-H", "X-Request-Id: mine-1").fields["x-request-id"] == "mine-1")
        }
    }

    @Test("the contract is valid OpenAPI 3.1 and the same as in docs")
    func contract() async throws {
        try await LiveService.with { live in
            let contract = try await live.call("/openapi.json")
            #expect(contract.json["openapi"].string == "3.1.0")
            // Every reference leads somewhere
            let names = contract.text.matches(of: /"#\/components\/schemas\/([A-Za-z0-9]+)"/).map { String($0.output.1) }
            let known = Set(contract.json["components"]["schemas"].keys)
            #expect(Set(names).subtracting(known).isEmpty)
            // Every operation has an identifier of its own
            let operations = contract.json["paths"].keys.flatMap { path in
                contract.json["paths"][path].keys.compactMap { contract.json["paths"][path][$0]["operationId"].string }
            }
            #expect(operations.count > 40)
            #expect(Set(operations).count == operations.count)
            // The document in docs is the served one
            let file = TestSupport.projectDirectory.appendingPathComponent("docs/http-api/openapi.json")
            #expect(try Data(contentsOf: file) == contract.body, "refresh it: curl -s ADDRESS/openapi.json > docs/http-api/openapi.json")
        }
    }

    @Test("text comes packed to who asks for it, a packed JSON body is read, and a packed picture is not guessed at")
    func gzip() async throws {
        try await LiveService.with { live in
            // Given the same document with and without gzip
            let plain = try await live.call("/openapi.json")
            let packed = try await live.call("/openapi.json", "--compressed")
            #expect(packed.fields["content-encoding"] == "gzip" && packed.body == plain.body)
            #expect((packed.fields["content-length"].flatMap { Int($0) } ?? .max) < plain.body.count / 4)
            #expect(plain.fields["content-encoding"] == nil && plain.fields["vary"] == "Accept-Encoding")
            // Then its tag is good for either form
            let tag = try #require(packed.fields["etag"])
            #expect(tag.hasPrefix("W/"))
            #expect(try await live.call("/openapi.json", "-H", "If-None-Match: \(tag)").status == 304)
            // And a HEAD has the fields of the GET
            #expect(try await live.call("/openapi.json", "-I", "-H", "Accept-Encoding: gzip").fields["content-encoding"] == "gzip")
            // And a small answer is not packed
            #expect(try await live.call("/livez", "-H", "Accept-Encoding: gzip").fields["content-encoding"] == nil)
            // And a body that came packed makes a dataset: printf '{"name":"cells"}' | gzip -n
            let body = try #require(Data(base64Encoded: "H4sIAAAAAAAAA6tWykvMTVWyUkpOzckpVqoFAFSpGBEQAAAA"))
            let json = ["-X", "POST", "-H", "Content-Type: application/json"]
            try await TestSupport.withTemporaryDirectory { folder in
                let file = folder.appendingPathComponent("body.gz")
                try body.write(to: file)
                let send = json + ["-H", "Content-Encoding: gzip", "--data-binary", "@\(file.path)"]
                #expect(try await live.call("/v1/datasets", arguments: send).status == 201)
                try body.dropLast(5).write(to: file)
                #expect(try await live.call("/v1/datasets", arguments: send).status == 400)
            }
            #expect(try await live.post("/v1/datasets", "{}", "-H", "Content-Encoding: br").status == 415)
            let picture = try await live.put("/v1/datasets/cells/images/a.png", try Pictures.png(1), "-H", "Content-Encoding: gzip")
            #expect(picture.status == 415 && picture.fields["accept-encoding"] == "identity")
        }
    }

    @Test("a form of answer that there is not is 406, and a host that is not this service's is 421")
    func negotiation() async throws {
        try await LiveService.with { live in
            let refused = try await live.call("/v1/datasets", "-H", "Accept: text/html")
            #expect(refused.status == 406 && refused.json["detail"].string?.contains("application/json") == true)
            #expect(try await live.call("/v1/datasets", "-H", "Accept: text/html, */*;q=0.1").status == 200)
            // A page of evil.example whose name now means 127.0.0.1: its Origin is the same as its Host
            for path in ["/v1/datasets", "/", "/js/main.js", "/nowhere"] {
                let rebound = try await live.call(path, "-H", "Host: evil.example:8080", "-H", "Origin: http://evil.example:8080")
                #expect(rebound.status == 421, "\(path)")
            }
            #expect(try await live.call("/livez", "-H", "Host: localhost:1").status == 200)
            // And a request without any is malformed (RFC 9112 section 3.2)
            #expect(try await live.call("/livez", "-H", "Host:").status == 400)
        }
        try await LiveService.with({ $0.allowedHosts = ["proxy.lab"] }) { live in
            let answer = try await live.call("/livez", "-H", "Host: proxy.lab")
            #expect(answer.status == 200)
        }
    }

    @Test("one service owns a data directory, an open address needs a word, numbers are checked")
    func refusesToStart() async throws {
        try await LiveService.with { live in
            var settings = ServiceSettings(data: live.data)
            settings.port = 0
            #expect(throws: ServiceError.self) { _ = try AliquotService(settings, logger: Logger(label: "test")) }
            settings = ServiceSettings(data: try TestSupport.temporaryDirectory())
            settings.host = "0.0.0.0"
            #expect(throws: ServiceError.openToOthers(host: "0.0.0.0")) { _ = try AliquotService(settings, logger: Logger(label: "test")) }
            settings.host = "127.0.0.1"
            settings.workers = 0
            #expect(throws: ServiceError.outOfRange(name: "--workers", got: 0, allowed: 1...64)) {
                _ = try AliquotService(settings, logger: Logger(label: "test"))
            }
        }
    }

    @Test("a stop in the middle of a job keeps it: the next start takes it up again")
    func restarts() async throws {
        // Given a service with a job that runs on and on
        let data = try TestSupport.temporaryDirectory().appendingPathComponent("data")
        var settings = ServiceSettings(data: data)
        try ScriptedWorkers.use(in: &settings)
        let (program, arguments) = (settings.workerProgram, settings.workerArguments)
        func start() async throws -> LiveService {
            try await LiveService.start(data: data) {
                $0.workerProgram = program
                $0.workerArguments = arguments
            }
        }
        var first: LiveService? = try await start()
        let address = try #require(first?.address)
        var id = ""
        if let live = first {
            try await ScriptedWorkers.fill(live)
            id = try await live.train(#","seed":99"#)
            try await live.until(id, is: "running")
            // When the service is stopped while a client waits for the job's end
            async let waiting = live.call("/v1/jobs/\(id)?wait=25")
            try await Task.sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            await live.service.stop()
            // Then neither holds the other up: the client gets the job as it stands
            #expect(start.duration(to: .now) < .seconds(10))
            #expect(try await waiting.status == 200)
        }
        first = nil
        // And nobody answers: curl(1), exit code 7, failed to connect
        #expect(try await ChildProcess.run(URL(fileURLWithPath: "/usr/bin/curl"), ["-sS", address + "/livez"]).status == 7)
        // And the next start has everything and runs the job
        var second = try? await start()
        for _ in 0..<100 where second == nil {  // the lock goes with the last reference to the first service
            try await Task.sleep(for: .milliseconds(50))
            second = try? await start()
        }
        let live = try #require(second)
        #expect(try await live.call("/v1/datasets/cells").json["counts"]["images"].int == 6)
        try await live.until(id, is: "running")
        #expect(try await live.call("/v1/jobs/\(id)/cancel", "-X", "POST").status == 200)
        #expect(try await live.finished(id)["state"].string == "cancelled")
        await live.service.stop()
    }
}
