import Base
import Foundation
import FoundationNetworking
import Synchronization

/// Fetches a published file into a folder: aside, continued where an earlier attempt stopped, within a limit, held against its SHA-256 where that is known.
package struct WeightsDownload: Sendable {
    /// How far it has come; `whole` is nil where the server does not tell.
    package struct Progress: Sendable, Equatable {
        package let bytes: Int
        package let whole: Int?

        package init(bytes: Int, whole: Int?) {
            self.bytes = bytes
            self.whole = whole
        }
    }

    /// A file that was fetched: complete, fsynced, still under its name aside.
    package struct Fetched: Sendable {
        package let file: URL
        package let sha256: SHA256Digest
        /// What the digest was held against; nil where nobody told one.
        package let expected: String?
        let part: PartialDownload

        /// Forgets what is kept for going on; call it when the file has been taken in.
        package func finish() { part.delete() }
    }

    package let address: URL
    /// Where the part is kept.
    package let directory: URL
    package let name: ResourceName
    /// The largest file in bytes.
    package var limit = 1 << 30
    /// The whole digest or its first digits, where the user or the file's name tells it.
    package var digits: String?
    /// Without a byte for so long a connection counts as lost.
    package var idleSeconds: TimeInterval = 60
    /// Attempts in a row that bring no byte before it gives up.
    package var attempts = 3
    /// Pause before the next attempt; doubled each time.
    package var pause: Duration = .seconds(1)

    private static let redirectLimit = 10
    private static let sidecarLimit = 4096

    package init(address: URL, directory: URL, name: ResourceName) {
        self.address = address
        self.directory = directory
        self.name = name
        digits = PublishedWeights.digits(inNameOf: address)
    }

    /// Fetches the file; a connection that is lost on the way is taken up again.
    ///
    /// - Throws: ``WeightsStoreError``; `SystemError` where the disk refuses. What was fetched is kept for the next time, unless it cannot be part of the file.
    package func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) async throws -> Fetched {
        let part = PartialDownload(directory: directory, name: name)
        var failures = 0
        var before = part.resumable(for: address.absoluteString)?.bytes ?? 0
        while true {
            do {
                try await attempt(part, progress)
                return try await check(part)
            } catch let error as URLError {
                let now = part.resumable(for: address.absoluteString)?.bytes ?? 0
                failures = now > before ? 1 : failures + 1
                before = now
                guard failures < attempts, !Task.isCancelled else {
                    throw WeightsStoreError.noConnection(address: address.absoluteString, reason: Self.reason(error))
                }
                try await Task.sleep(for: pause * (1 << (failures - 1)))
            } catch let error as WeightsStoreError {
                if Self.spoilsThePart(error) { part.delete() }
                throw error
            }
        }
    }

    /// One request and the redirects behind it; ends when the body is wholly there.
    private func attempt(_ part: PartialDownload, _ progress: @escaping @Sendable (Progress) -> Void) async throws {
        var (target, redirects) = (address, 0)
        var digest: String?
        var resumable = part.resumable(for: address.absoluteString)
        while true {
            let offset = resumable?.bytes ?? 0
            var request = URLRequest(url: target)
            request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")  // the bytes themselves, so that ranges and digests hold
            request.setValue("aliquot", forHTTPHeaderField: "User-Agent")
            if let resumable, let validator = resumable.description.validator {
                request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range")
                request.setValue(validator, forHTTPHeaderField: "If-Range")
            }
            let body = DownloadBody(part: part, address: address.absoluteString, limit: limit, progress: progress)
            // The first server of a chain that tells a digest is believed: the address behind a redirect may be of a cache with tags of its own.
            let (known, from) = (digest, target.absoluteString)
            try await Fetch.run(request, idle: idleSeconds) { head in
                try body.begin(head, from: from, offset: offset, digits: known ?? head.digest)
            } sink: { data in
                try body.append(data)
            }
            digest = body.digits
            switch body.decision {
            case .take: return try body.finish()
            case .complete: return
            case .restart:
                part.delete()
                resumable = nil
            case .follow(let location):
                redirects += 1
                guard redirects <= Self.redirectLimit else {
                    throw WeightsStoreError.badRedirect(from: from, to: location, reason: "more than \(Self.redirectLimit) redirects")
                }
                target = try DownloadDecision.target(location, from: target)
            case .refuse(let error): throw error
            case nil: throw URLError(.badServerResponse)
            }
        }
    }

    /// Holds the complete part against every digest that is known: the given one or that of the name, and that of the server; else that of `ADDRESS.sha256`.
    private func check(_ part: PartialDownload) async throws -> Fetched {
        var known = [digits, part.description(for: address.absoluteString)?.digits].compactMap { $0 }
        if known.isEmpty, let told = await sidecar() { known = [told] }
        let digest = try SHA256Digest(ofFile: part.file)
        for expected in known where !digest.description.hasPrefix(expected) {
            throw WeightsStoreError.wrongDigest(address: address.absoluteString, got: digest.description, expected: expected)
        }
        return Fetched(file: part.file, sha256: digest, expected: known.max { $0.count < $1.count }, part: part)
    }

    /// The digest in `ADDRESS.sha256`, as sha256sum(1) writes it; nil where there is no such file.
    private func sidecar() async -> String? {
        guard let url = URL(string: address.absoluteString + ".sha256") else { return nil }
        let text = Mutex(Data())
        // No sidecar is no fault: most files have none.
        try? await Fetch.run(URLRequest(url: url), idle: min(idleSeconds, 10)) { head in
            head.status == 200 && (head.length ?? 0) <= Self.sidecarLimit
        } sink: { data in
            try text.withLock { text in
                text.append(data)
                guard text.count <= Self.sidecarLimit else { throw URLError(.dataLengthExceedsMaximum) }
            }
        }
        let first = String(decoding: text.withLock { $0 }, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map {
            $0.lowercased()
        }
        return first.flatMap(SHA256Digest.init)?.description
    }

    private static func spoilsThePart(_ error: WeightsStoreError) -> Bool {
        switch error {
        case .wrongDigest, .tooLarge: true
        default: false
        }
    }

    private static func reason(_ error: URLError) -> String {
        let inner = (error as NSError).userInfo[NSLocalizedDescriptionKey] as? String
        return error.code == .timedOut ? "no byte came for too long" : inner ?? "the connection was lost (\(error.code.rawValue))"
    }
}
