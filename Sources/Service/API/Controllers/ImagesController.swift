import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Images

/// `/v1/datasets/{ds}/images/…`: pictures, their labels and roles.
struct ImagesController: Sendable {
    let environment: APIEnvironment

    private static let pictureTypes = ["image/jpeg", "image/png", "image/tiff", "image/webp", "image/bmp", "application/octet-stream"]
    private static let labelAndRole: [QueryParameter] = [
        .init("label", .text(longest: 128), "The class; absent: unlabelled, or what it was."),
        .init(
            "hidden_label", .text(longest: 128),
            "The class of an unlabelled picture that only the evaluator knows: reports measure pseudo-labels by it."),
        .init("role", .choice(ImageRole.allCases.map(\.rawValue)), "What it is for; `train` if absent."),
    ]
    private static let filters: [QueryParameter] = [
        .init("label", .text(longest: 128), "Only pictures of this class."),
        .init("role", .choice(ImageRole.allCases.map(\.rawValue)), "Only pictures of this role."),
        .init("state", .choice(ImageFilter.State.allCases.map(\.rawValue)), "Only labelled or only unlabelled ones."),
    ]
    private static let one = "/v1/datasets/{ds}/images/{image}"

    func addRoutes(to table: inout RouteTable) {
        table.on(
            .put, Self.one,
            .init(
                "putImage", "images", "Stores a picture under a name (`curl -T`).", query: Self.labelAndRole, requestHeaders: ["If-Match"],
                body: .raw(Self.pictureTypes, "The bytes of the picture."),
                answers: [
                    .init(200, "The same bytes stood there, or If-Match replaced them.", .json("Image"), headers: ["ETag"]),
                    .init(201, "New.", .json("Image"), headers: ["ETag", "Location"]),
                ], problems: [404, 409, 412, 413, 415, 422, 507]), put)
        table.on(
            .get, "/v1/datasets/{ds}/images",
            .init(
                "listImages", "images", "Pictures by name.", query: Self.filters + QueryParameter.page,
                answers: [.init(200, "A page.", .json("ImageList"), headers: ["Link"])], problems: [404]), list)
        table.on(
            .get, Self.one,
            .init(
                "getImage", "images", "The bytes as uploaded.", requestHeaders: ["If-None-Match", "Range"],
                answers: [
                    .init(200, "The picture.", .media(["image/*"]), headers: ["ETag"]), .init(206, "A part of it.", .media(["image/*"])),
                    .init(304, "Not modified."),
                ], problems: [404]), get)
        table.on(
            .get, Self.one + "/thumbnail",
            .init(
                "getThumbnail", "images", "A small JPEG.",
                query: [
                    .init(
                        "size", .integer(ThumbnailCache.range),
                        "Pixels of the longer side; 128 if absent. Rounded up to a size that is kept.")
                ],
                requestHeaders: ["If-None-Match"],
                answers: [.init(200, "The thumbnail.", .media(["image/jpeg"]), headers: ["ETag"]), .init(304, "Not modified.")],
                problems: [404]), thumbnail)
        table.on(
            .patch, Self.one,
            .init(
                "changeImage", "images", "Changes label, hidden label or role.", body: .json("ImageChange"),
                answers: [.init(200, "As it is now.", .json("Image"), headers: ["ETag"])],
                problems: [400, 404, 413, 422]), change)
        table.on(
            .delete, Self.one,
            .init("deleteImage", "images", "Takes a picture out; revisions keep theirs.", answers: [.init(204, "Gone.")], problems: [404]),
            delete)
    }

    /// Refused before a byte of the body is read: unknown dataset, unknown label, wrong role, a length beyond the limit.
    private func put(_ request: ServerRequest) async throws -> ServerResponse {
        let dataset = try request.name("ds", kind: "dataset")
        let image = try request.newName("image", kind: "picture")
        let label = request.query["label"]
        let hidden = request.query["hidden_label"]
        let role = request.query["role"].flatMap(ImageRole.init)
        try await environment.datasets.checkUpload(dataset: dataset, label: label, hiddenLabel: hidden)
        let outcome = try await environment.withIncomingFile { file in
            try await PictureUpload.write(request.body, to: file)
            return try await environment.datasets.put(
                dataset: dataset, image: image, stagedFile: file, label: label, hiddenLabel: hidden, role: role,
                ifMatch: request.fields[.ifMatch])
        }
        return try PictureUpload.answer(outcome, dataset: dataset)
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let filter = ImageFilter(
            label: request.query["label"], role: request.query["role"].flatMap(ImageRole.init),
            state: request.query["state"].flatMap(ImageFilter.State.init))
        let page = try await environment.datasets.images(
            dataset: try request.name("ds", kind: "dataset"), filter: filter, page: try Paging.request(request))
        return try Paging.answer(page.items, next: page.nextPageToken, to: request)
    }

    private func get(_ request: ServerRequest) async throws -> ServerResponse {
        let image = try await find(request)
        return try await .file(
            environment.datasets.blobURL(image), for: request, type: image.format.mediaType, etag: image.etag,
            lastModified: image.updatedAt,
            fields: [.cacheControl: "private, no-cache"])
    }

    private func thumbnail(_ request: ServerRequest) async throws -> ServerResponse {
        let image = try await find(request)
        let size = request.query["size"].flatMap(Int.init) ?? 128
        let tag = "\"\(image.sha256)-\(size)\""
        let fields: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
        if let held = request.fields[.ifNoneMatch], EntityTag.matches(held, tag) { return .empty(.notModified, fields: fields) }
        let jpeg = try await environment.datasets.thumbnail(
            dataset: try request.name("ds", kind: "dataset"), image: image.name, size: size)
        return .bytes(jpeg, type: "image/jpeg", fields: fields)
    }

    private func change(_ request: ServerRequest) async throws -> ServerResponse {
        let dataset = try request.name("ds", kind: "dataset")
        let name = try request.name("image", kind: "picture")
        var fields = try JSONFields(try await request.jsonBody())
        let removes = fields.isNull("label")
        let label = fields.string("label", longest: 128)
        let removesHidden = fields.isNull("hidden_label")
        let hidden = fields.string("hidden_label", longest: 128)
        let roleText = fields.string("role")
        let role = roleText.flatMap(ImageRole.init)
        if let roleText, role == nil {
            fields.fault(
                "role", "unknown_role", "'\(roleText)' is no role; allowed: \(ImageRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        try fields.finish()
        let change: LabelChange = removes ? .remove : label.map(LabelChange.set) ?? .keep
        let hiddenChange: LabelChange = removesHidden ? .remove : hidden.map(LabelChange.set) ?? .keep
        let image = try await environment.datasets.update(
            dataset: dataset, image: name, label: change, hiddenLabel: hiddenChange, role: role)
        return try .json(image, fields: [.eTag: image.etag])
    }

    private func delete(_ request: ServerRequest) async throws -> ServerResponse {
        try await environment.datasets.delete(
            dataset: try request.name("ds", kind: "dataset"), image: try request.name("image", kind: "picture"))
        return .empty(.noContent)
    }

    private func find(_ request: ServerRequest) async throws -> StoredImage {
        try await environment.datasets.image(
            dataset: try request.name("ds", kind: "dataset"), image: try request.name("image", kind: "picture"))
    }
}
