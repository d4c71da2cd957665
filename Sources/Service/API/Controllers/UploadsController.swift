import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Images

/// `POST /v1/datasets/{ds}/images`: many pictures as one form. Each file succeeds or fails by itself.
struct UploadsController: Sendable {
    let environment: APIEnvironment

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .post, "/v1/datasets/{ds}/images",
            .init(
                "uploadImages", "images", "Stores many pictures; each file gets its own result.",
                query: [
                    .init("label", .text(longest: 128), "The class of all of them; absent: unlabelled."),
                    .init("hidden_label", .text(longest: 128), "The class of all of them that only the evaluator knows."),
                    .init("role", .choice(ImageRole.allCases.map(\.rawValue)), "What they are for; `train` if absent."),
                ], requestHeaders: ["Idempotency-Key"], body: .files("Any number of files; the file name becomes the picture's name."),
                answers: [.init(200, "One result a file.", .json("UploadResults"))], problems: [400, 404, 409, 413, 415, 422]), upload)
    }

    private func upload(_ request: ServerRequest) async throws -> ServerResponse {
        let dataset = try request.name("ds", kind: "dataset")
        let label = request.query["label"]
        let hidden = request.query["hidden_label"]
        let role = request.query["role"].flatMap(ImageRole.init)
        guard var reader = MultipartReader(contentType: request.fields[.contentType], body: request.body) else {
            throw APIError.unsupportedMedia(got: request.fields[.contentType], allowed: ["multipart/form-data with a boundary"])
        }
        try await environment.datasets.checkUpload(dataset: dataset, label: label, hiddenLabel: hidden)
        let idempotent = environment.idempotent
        let start = try await idempotent.begin(request)
        do {
            var results: [UploadResults.Result] = []
            let content = SHA256Hasher()
            while let part = try await reader.nextPart() {
                guard let file = part.filename, !file.isEmpty else { continue }
                try await environment.withIncomingFile { staged in
                    let outcome = await stage(part, to: staged, hashing: content)
                    if case .answered = start { return }  // a replay: the bytes are compared, nothing is stored
                    let result = await store(
                        file, outcome, staged, dataset: dataset, label: label, hiddenLabel: hidden, role: role, request: request)
                    results.append(result)
                }
            }
            let fingerprint = Idempotency.fingerprint(request, content.finish())
            if case .answered(let answer) = start { return try idempotent.replay(answer, fingerprint: fingerprint) }
            guard !results.isEmpty else {
                throw APIError.malformed("the form holds no file; send each picture as a file with a name (curl -F file=@a.png)")
            }
            let response = try ServerResponse.json(UploadResults(results: results))
            if case .claimed(let claimed) = start { await idempotent.finish(claimed, response, fingerprint: fingerprint) }
            return response
        } catch {
            if case .claimed(let claimed) = start { idempotent.abandon(claimed) }
            throw error
        }
    }

    /// Writes a part to disk and adds its name and bytes to the digest of the request.
    private func stage(_ part: MultipartPart, to file: URL, hashing content: SHA256Hasher) async -> Result<Void, any Error> {
        do {
            _ = try await part.write(to: file, limit: PictureUpload.limit)
            let digest = try await environment.disk.run { try SHA256Digest(ofFile: file) }
            Array("\(part.filename ?? "")\n\(digest)\n".utf8).withUnsafeBytes { content.update($0) }
            return .success(())
        } catch HTTPError.bodyTooLarge {
            return .failure(APIError.tooLarge(what: "the picture", limit: PictureUpload.limit))
        } catch {
            return .failure(error)
        }
    }

    private func store(
        _ file: String, _ outcome: Result<Void, any Error>, _ staged: URL, dataset: ResourceName, label: String?, hiddenLabel: String?,
        role: ImageRole?, request: ServerRequest
    ) async -> UploadResults.Result {
        do {
            try outcome.get()
            guard let name = Self.name(ofFile: file) else {
                throw APIError.invalid([
                    .init(
                        pointer: "", code: "invalid_name", detail: "'\(file.prefix(200))' is not a name of a picture: \(ResourceName.rule)")
                ])
            }
            let put = try await environment.datasets.put(
                dataset: dataset, image: name, stagedFile: staged, label: label, hiddenLabel: hiddenLabel, role: role)
            return .init(file: file, status: PictureUpload.status(put).code, image: put.image, error: nil)
        } catch {
            let problem = ErrorMapping.problem(of: error, request, environment.logger)
            return .init(file: file, status: problem.status, image: nil, error: problem)
        }
    }

    /// The last part of the path that some clients send as a file name.
    static func name(ofFile file: String) -> ResourceName? {
        file.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.flatMap { ResourceName(String($0)) }
    }
}
