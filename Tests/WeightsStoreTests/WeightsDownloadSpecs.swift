import Base
import Foundation
import HTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import WeightsStore

@Suite("Downloads of published weights")
struct WeightsDownloadSpecs {
    private struct Cut: Error {}

    let directory: URL
    /// What the hub publishes: 300,000 bytes, no two thousand alike.
    let published: Data
    let file: URL
    let digest: String

    init() throws {
        directory = try TestSupport.temporaryDirectory()
        var random = SeededRandom(seed: 7)
        published = Data((0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        file = try TestSupport.temporaryDirectory().appendingPathComponent("published")
        try published.write(to: file)
        digest = SHA256Digest(of: published).description
    }

    private func download(_ hub: Hub, _ path: String = "/model.safetensors") throws -> WeightsDownload {
        var download = WeightsDownload(address: try hub.url(path), directory: directory, name: try #require(ResourceName("toy")))
        download.pause = .milliseconds(1)
        download.idleSeconds = 10
        return download
    }

    private var leftovers: [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()) ?? [] }

    /// Half of the file, and then the connection is cut.
    private func half(tag: String = "\"one\"") -> ServerResponse {
        let bytes = [UInt8](published.prefix(150_000))
        return ServerResponse(
            fields: [.eTag: tag],
            body: .stream { writer in
                try await writer.write(bytes)
                throw Cut()
            })
    }

    @Test("a file comes whole, with its progress, and is held against the digest that the server tells")
    func fetches() async throws {
        let (file, digest) = (file, digest)
        try await Hub.with { request, _ in
            try await .file(file, for: request, type: "application/octet-stream", etag: "\"\(digest)\"")
        } _: { hub in
            let seen = Mutex<[WeightsDownload.Progress]>([])
            let fetched = try await download(hub).run { progress in seen.withLock { $0.append(progress) } }
            #expect(try Data(contentsOf: fetched.file) == published)
            #expect(fetched.sha256.description == digest)
            #expect(fetched.expected == digest)
            let progress = seen.withLock { $0 }
            #expect(progress.first == WeightsDownload.Progress(bytes: 0, whole: 300_000))
            #expect(progress.last == WeightsDownload.Progress(bytes: 300_000, whole: 300_000))
            #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.bytes <= $1.bytes })
            fetched.finish()
            #expect(leftovers.isEmpty)
        }
    }

    @Test("a connection that is lost is taken up again where it stopped")
    func resumes() async throws {
        let file = file
        try await Hub.with { [self] request, before in
            request.path.hasSuffix(".sha256")
                ? .empty(.notFound) : before == 0 ? half() : try await .file(file, for: request, type: "x/y", etag: "\"one\"")
        } _: { hub in
            let fetched = try await download(hub).run()
            #expect(try Data(contentsOf: fetched.file) == published)
            let asked = hub.log.all.filter { !$0.path.hasSuffix(".sha256") }
            #expect(asked.map(\.range) == [nil, "bytes=150000-"])
            #expect(asked.last?.ifRange == "\"one\"")
        }
    }

    @Test("another process goes on with what the first one kept; a file that changed in between begins anew")
    func resumesLater() async throws {
        let file = file
        for tag in ["\"one\"", "\"two\""] {
            try await Hub.with { [self] request, before in
                request.path.hasSuffix(".sha256")
                    ? .empty(.notFound) : before == 0 ? half() : try await .file(file, for: request, type: "x/y", etag: tag)
            } _: { hub in
                // Given an attempt that lost its connection
                var first = try download(hub)
                first.attempts = 1
                await #expect(throws: WeightsStoreError.self) { try await first.run() }
                #expect(leftovers == [".toy.part", ".toy.part.json"])
                // When the next one runs
                let seen = Mutex<[Int]>([])
                let fetched = try await download(hub).run { progress in seen.withLock { $0.append(progress.bytes) } }
                // Then it went on from the middle where the tag is the same, and from the begin where it is not (RFC 9110 section 13.1.5)
                #expect(seen.withLock { $0.first } == (tag == "\"one\"" ? 150_000 : 0))
                #expect(try Data(contentsOf: fetched.file) == published)
                fetched.finish()
            }
        }
    }

    @Test("a server that does not come back ends the download with its reason, the part kept")
    func givesUp() async throws {
        try await Hub.with { [self] _, _ in
            half()
        } _: { hub in
            // Every attempt begins anew here and brings bytes, but never more than the last: three are enough
            await #expect(throws: WeightsStoreError.self) { try await download(hub).run() }
            #expect(hub.log.all.count >= 3)
            #expect(leftovers.contains(".toy.part"))
        }
        // And where nobody listens (port 1)
        var lost = WeightsDownload(
            address: try #require(URL(string: "http://127.0.0.1:1/a")), directory: directory, name: try #require(ResourceName("lost")))
        lost.pause = .milliseconds(1)
        await #expect(throws: WeightsStoreError.self) { try await lost.run() }
    }

    @Test("a part that is the whole file already is not fetched again")
    func isComplete() async throws {
        let file = file
        try await Hub.with { request, _ in
            request.path.hasSuffix(".sha256") ? .empty(.notFound) : try await .file(file, for: request, type: "x/y", etag: "\"one\"")
        } _: { hub in
            _ = try await download(hub).run()
            let again = try await download(hub).run()
            #expect(try Data(contentsOf: again.file) == published)
            #expect(hub.log.all.filter { !$0.path.hasSuffix(".sha256") }.map(\.range) == [nil, "bytes=300000-"])
        }
    }

    @Test("the wrong bytes are refused and deleted, whoever told the digest", arguments: ["name", "tag", "sidecar", "user"])
    func refusesWrongBytes(teller: String) async throws {
        let file = file
        let wrong = String(repeating: "ab", count: 32)
        try await Hub.with { request, _ in
            if request.path.hasSuffix(".sha256") { return teller == "sidecar" ? .text("\(wrong)  model.safetensors\n") : .empty(.notFound) }
            return try await .file(file, for: request, type: "x/y", etag: teller == "tag" ? "\"\(wrong)\"" : "\"one\"")
        } _: { hub in
            var download = try download(hub, teller == "name" ? "/models/toy-abababab.pth" : "/model.safetensors")
            if teller == "user" { download.digits = wrong }
            let expected = WeightsStoreError.wrongDigest(
                address: download.address.absoluteString, got: digest, expected: teller == "name" ? "abababab" : wrong)
            await #expect(throws: expected) { try await download.run() }
            #expect(leftovers.isEmpty)
        }
    }

    @Test("the right digest is accepted from a name and from a sidecar")
    func acceptsDigests() async throws {
        let (file, digest) = (file, digest)
        try await Hub.with { request, _ in
            request.path.hasSuffix(".sha256") ? .text("\(digest)  model.safetensors\n") : try await .file(file, for: request, type: "x/y")
        } _: { hub in
            let beside = try await download(hub).run()
            #expect(beside.expected == digest)
            let named = try await download(hub, "/models/toy-\(digest.prefix(10)).pth").run()
            #expect(named.expected == String(digest.prefix(10)))
        }
    }

    @Test("what is larger than the limit is refused, with and without an announced length", arguments: [true, false])
    func refusesLargeFiles(isAnnounced: Bool) async throws {
        let (file, bytes) = (file, [UInt8](published))
        try await Hub.with { request, _ in
            if isAnnounced { return try await .file(file, for: request, type: "x/y", etag: "\"one\"") }
            return ServerResponse(fields: [.eTag: "\"one\""], body: .stream { writer in for _ in 0..<50 { try await writer.write(bytes) } })
        } _: { hub in
            var download = try download(hub)
            download.limit = 200_000
            await #expect(
                throws: WeightsStoreError.tooLarge(
                    address: download.address.absoluteString, got: isAnnounced ? 300_000 : nil, limit: 200_000)
            ) {
                try await download.run()
            }
            #expect(leftovers.isEmpty)
        }
    }

    @Test(
        "an answer that is no file is named, and nothing is left",
        arguments: [HTTPResponse.Status.notFound, .forbidden, .internalServerError, .noContent])
    func refusesOtherAnswers(status: HTTPResponse.Status) async throws {
        try await Hub.with { _, _ in
            .empty(status)
        } _: { hub in
            let download = try download(hub)
            await #expect(throws: WeightsStoreError.refusedByServer(address: download.address.absoluteString, status: status.code)) {
                try await download.run()
            }
            #expect(leftovers.isEmpty)
        }
    }

    @Test("redirects are followed, and the digest that one tells counts")
    func followsRedirects() async throws {
        // Given a hub like huggingface.co: the address redirects and tells the digest, the store behind has a tag of its own
        let (file, digest) = (file, digest)
        let told = Mutex(digest)
        try await Hub.with { request, _ in
            switch request.path {
            case "/model.safetensors":
                var fields: HTTPFields = [.location: "/store/1?signature=x"]
                if let name = HTTPField.Name("X-Linked-ETag") { fields[name] = "\"\(told.withLock { $0 })\"" }
                return .empty(.found, fields: fields)
            case "/store/1": return try await .file(file, for: request, type: "x/y", etag: "\"\(String(repeating: "0", count: 64))\"")
            default: return .empty(.notFound)
            }
        } _: { hub in
            let fetched = try await download(hub).run()
            #expect(fetched.expected == digest)
            fetched.finish()
            told.withLock { $0 = String(repeating: "cd", count: 32) }
            await #expect(throws: WeightsStoreError.self) { try await download(hub).run() }
            #expect(leftovers.isEmpty)
        }
    }

    @Test(
        "redirects in a circle, without a target, or to something else than http are refused",
        arguments: ["/model.safetensors", "", "file:///etc/passwd", "ftp://127.0.0.1/x"])
    func refusesRedirects(location: String) async throws {
        try await Hub.with { _, _ in
            .empty(.found, fields: [.location: location])
        } _: { hub in
            await #expect(throws: WeightsStoreError.self) { try await download(hub).run() }
            #expect(hub.log.all.count <= 11)
            #expect(leftovers.isEmpty)
        }
    }

    @Test("every network has an address, of its own hub or of a mirror, and names of files tell digests")
    func hasAddresses() throws {
        #expect(
            try PublishedWeights.of("mobilenet_v2").address().absoluteString
                == "https://huggingface.co/timm/mobilenetv2_100.ra_in1k/resolve/main/model.safetensors")
        #expect(
            try PublishedWeights.of("squeezenet1_0").address().absoluteString
                == "https://download.pytorch.org/models/squeezenet1_0-b66bff10.pth")
        #expect(
            try PublishedWeights.of("squeezenet1_0").address(hub: "http://localhost:9/mirror/").absoluteString
                == "http://localhost:9/mirror/models/squeezenet1_0-b66bff10.pth")
        for hub in ["", "localhost", "file:///tmp", "http://", "http://a?b="] {
            #expect(throws: WeightsStoreError.self) { try PublishedWeights.of("resnet18").address(hub: hub) }
        }
        #expect(throws: WeightsStoreError.self) { try PublishedWeights.of("nonsense") }
        #expect(try PublishedWeights.digits(inNameOf: PublishedWeights.of("shufflenet_v2_x0_5").address()) == "f707e7126e")
        #expect(try PublishedWeights.digits(inNameOf: PublishedWeights.of("mobilenet_v2").address()) == nil)
    }
}
