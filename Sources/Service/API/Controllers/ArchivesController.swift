import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Jobs

/// `POST /v1/datasets/{ds}/archives`: many pictures in one archive, taken in by a job.
struct ArchivesController: Sendable {
    let environment: APIEnvironment

    private static let types = ["application/x-tar", "application/gzip", "application/zip", "application/octet-stream"]
    /// Bytes of an uploaded archive; the same as the limit of what it may unpack to.
    static let limit = ArchiveLimits.standard.totalBytes

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .post, "/v1/datasets/{ds}/archives",
            .init(
                "importArchive", "archives",
                "Takes in tar, tar.gz or zip as a job: labelled/CLASS/*, CLASS/*, train/CLASS/*, unlabelled/*, unlabelled/CLASS/* (hidden from training), validation/CLASS/*, test/CLASS/*.",
                requestHeaders: ["Idempotency-Key"], body: .raw(Self.types, "The archive; told by its content."),
                answers: [.init(202, "The import job; bad entries are listed in its report.", .json("Job"), headers: ["Location"])],
                problems: [404, 409, 413, 415, 422, 503, 507]), upload)
    }

    private func upload(_ request: ServerRequest) async throws -> ServerResponse {
        let dataset = try request.name("ds", kind: "dataset")
        try await environment.datasets.checkUpload(dataset: dataset, label: nil)
        try environment.status.requireReady()
        return try await environment.withIncomingFile { file in
            do {
                _ = try await request.body.write(to: file, limit: Self.limit)
            } catch HTTPError.bodyTooLarge {
                throw APIError.tooLarge(what: "the archive", limit: Self.limit)
            }
            let hasKey = request.fields[.idempotencyKey] != nil
            let (head, digest) = try await environment.disk.run {
                let handle = try FileHandle(forReadingFrom: file)
                defer { try? handle.close() }
                let head = [UInt8](try handle.read(upToCount: ArchiveSignature.length) ?? Data())
                // A digest reads it all again: only where a key needs it.
                return (head, hasKey ? try SHA256Digest(ofFile: file) : SHA256Digest(of: head))
            }
            guard ArchiveSignature.of(head) != nil else {
                throw APIError.unsupportedMedia(got: head.isEmpty ? "empty" : "something else", allowed: ["tar", "tar.gz", "zip"])
            }
            return try await environment.idempotent.carryOut(request, content: digest) {
                let job = try await environment.jobs.submit(
                    .importArchive(ImportSpecification(dataset: dataset)), attachments: ["input/archive": file])
                return try .json(job, status: .accepted, fields: [.location: job.links.`self`])
            }
        }
    }
}
