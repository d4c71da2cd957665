import Base
import DatasetStore
import Foundation
import HTTP
import HTTPTypes
import Images
import Inference
import Jobs
import Logging
import ModelFormat
import ModelStore

/// The one place where errors of the other targets become HTTP. Each answer says what was got and what is allowed.
enum ErrorMapping {
    /// The problem for the client; what is our fault is logged with its detail and told without it.
    static func problem(of error: any Error, _ request: ServerRequest, _ logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as APIError: return error.problem
        case let error as HTTPError: return error.problem
        case let error as DatasetStoreError: return problem(error, logger)
        case let error as ImageError: return problem(error)
        case let error as SpecificationError: return problem(error)
        case let error as JobsError: return problem(error, request, logger)
        case let error as InferenceError: return problem(error, logger)
        case let error as ModelStoreError: return problem(error, logger)
        case let error as ModelFormatError: return problem(error, request, logger)
        case let error as SystemError where error.isNoSpace: return diskFull
        case let error as SystemError where temporary.contains(error.code): return unavailable(error, request, logger)
        case is CancellationError: return Problem(.serviceUnavailable, detail: "the request was abandoned", fields: [.retryAfter: "1"])
        default:
            logger.error("unexpected: \(error)", metadata: ["request": "\(request.id)", "path": "\(request.path.prefix(300))"])
            return Problem(.internalServerError, detail: "an unexpected fault; the service's log names it under this request_id")
        }
    }

    /// What ends when something else does, or when an operator has helped: a read-only file system or folder, too many open files, no memory, a device that is away.
    private static let temporary: Set<Int32> = [EROFS, EACCES, EPERM, EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, ESTALE]

    /// 503 for ``temporary``, logged with its detail and told in plain words.
    private static func unavailable(_ error: SystemError, _ request: ServerRequest, _ logger: Logger) -> Problem {
        logger.error("\(error)", metadata: ["request": "\(request.id)"])
        switch error.code {
        case EROFS, EACCES, EPERM: return readOnly
        default:
            return Problem(
                .serviceUnavailable, detail: "the machine is out of something (\(String(cString: strerror(error.code)))); come again later",
                fields: [.retryAfter: "10"])
        }
    }

    private static let readOnly = Problem(
        .serviceUnavailable,
        detail: "the service may not write into its data folder (read-only, or not its own); whoever operates it must look",
        fields: [.retryAfter: "60"])

    private static let busy = Problem(
        .serviceUnavailable, title: "Database busy", detail: "another process holds the service's database; come again in a moment",
        fields: [.retryAfter: "5"])

    private static let diskFull = Problem(
        // RFC 4918 section 11.5
        .init(code: 507, reasonPhrase: "Insufficient Storage"), detail: "the disk is full; free some space and try again")

    /// A picture that cannot be used: 413 for what is beyond a limit, 415 for what is no picture, 422 for a broken one.
    static func problem(_ error: ImageError) -> Problem {
        switch error {
        case .tooManyPixels, .tooManyBytes: Problem(.contentTooLarge, title: "Picture too large", detail: "\(error)")
        case .notAPicture: Problem(.unsupportedMediaType, title: "Not a picture", detail: "\(error)")
        case .unsupported: Problem(.unsupportedMediaType, detail: "\(error)")
        case .truncated, .corrupt:
            Problem(.unprocessableContent, title: "Broken picture", detail: "\(error); send the file again or repair it")
        case .outOfMemory: Problem(.serviceUnavailable, detail: "\(error)", fields: [.retryAfter: "5"])
        case .wrongPixelCount, .notEncodable: Problem(.internalServerError, detail: "\(error)")
        }
    }

    static func problem(_ error: SpecificationError) -> Problem {
        switch error {
        case .notJSON(let offset, let detail):
            Problem(.badRequest, title: "Not JSON", detail: "the body is not JSON (RFC 8259): at byte \(offset), \(detail)")
        case .tooDeep(let limit): Problem(.badRequest, detail: "the JSON nests deeper than \(limit) levels")
        case .tooLarge(let bytes, let limit): Problem(.contentTooLarge, detail: "the JSON has \(bytes) bytes; at most \(limit) are allowed")
        case .invalid(let faults):
            Problem(
                .unprocessableContent, title: "This job cannot work", detail: faults.map(\.detail).joined(separator: "; "),
                errors: faults.map { .init(pointer: $0.pointer, code: $0.code, detail: $0.detail) })
        }
    }

    private static func problem(_ error: DatasetStoreError, _ logger: Logger) -> Problem {
        func fault(_ pointer: String, _ code: String, _ detail: String) -> Problem {
            Problem(.unprocessableContent, detail: detail, errors: [.init(pointer: pointer, code: code, detail: detail)])
        }
        switch error {
        case .noSuchDataset(let name): return APIError.notFound(kind: "dataset", name: name).problem
        case .noSuchImage(let dataset, let image):
            return Problem(.notFound, detail: "there is no picture '\(image)' in dataset '\(dataset)'")
        case .noSuchRevision(let dataset, let number): return Problem(.notFound, detail: "dataset '\(dataset)' has no revision \(number)")
        case .datasetExists(let name):
            return Problem(.conflict, detail: "there is a dataset '\(name)' already; take another name or use it")
        case .imageExists(let image, let etag):
            return Problem(
                .conflict, detail: "other bytes stand under '\(image)'; to replace them send If-Match: \"\(etag)\"",
                fields: [.eTag: "\"\(etag)\""])
        case .preconditionFailed(let image, let got, let current):
            let now = current.map { "has the tag \"\($0)\"" } ?? "does not exist"
            return Problem(.preconditionFailed, detail: "If-Match is \(got), but '\(image)' \(now)")
        case .invalidLabel(let got): return fault("?label", "invalid_label", "'\(got)' cannot be a label: \(ClassLabel.rule)")
        case .unknownLabel(let got, let allowed):
            return fault("?label", "unknown_label", "the dataset declares no class '\(got)'; allowed: \(allowed.joined(separator: ", "))")
        case .invalidClasses(let detail): return fault("/classes", "invalid_classes", detail)
        case .classInUse(let label, let images):
            return Problem(
                .conflict, detail: "\(images) pictures bear the class '\(label)'; change their labels before it is taken off the list")
        case .notAPicture(let error): return problem(error)
        case .invalidPageToken: return Problem(.badRequest, detail: "page_token is not one that this list gave; begin again without it")
        case .outOfRange(let name, let got, let allowed):
            return Problem(.badRequest, detail: "\(name) is \(got); allowed: \(allowed.lowerBound) to \(allowed.upperBound)")
        case .descriptionTooLong(let got, let limit):
            return fault("/description", "too_long", "the description has \(got) bytes; at most \(limit) are allowed")
        case .nothingToRevise(let dataset): return Problem(.conflict, detail: "dataset '\(dataset)' holds no picture; upload some first")
        case .diskFull: return diskFull
        case .catalogBusy: return busy
        case .catalogReadOnly:
            logger.error("\(error)")
            return readOnly
        case .catalogUnreadable:
            logger.error("\(error)")
            return Problem(.internalServerError, detail: "the catalogue of pictures cannot be read or written; the service's log says more")
        case .dataDirectoryInUse, .damagedFile:
            logger.error("\(error)")
            return Problem(.internalServerError, detail: "the service's own data cannot be read; its log says more")
        }
    }

    private static func problem(_ error: JobsError, _ request: ServerRequest, _ logger: Logger) -> Problem {
        switch error {
        case .noSuchJob(let id): return APIError.notFound(kind: "job", name: id.description).problem
        case .queueFull(let limit):
            return Problem(.serviceUnavailable, detail: "\(limit) jobs wait or run already; come again later", fields: [.retryAfter: "60"])
        case .wrongState(let job, let action, let state, let allowed):
            return Problem(
                .conflict, detail: "job \(job) is \(state.rawValue); \(action) needs \(allowed.map(\.rawValue).joined(separator: " or "))")
        case .neededByStudy(let training, let study, let state):
            return Problem(
                .conflict,
                detail:
                    "job \(training) is a training of study \(study), which is \(state.rawValue) and needs it; wait for its end or cancel it"
            )
        case .finishing(let job):
            return Problem(.conflict, detail: "job \(job) has finished and its result is being stored; look again in a moment")
        case .shuttingDown: return Problem(.serviceUnavailable, detail: "the service is stopping", fields: [.retryAfter: "10"])
        case .badPageToken: return Problem(.badRequest, detail: "page_token is not one that this list gave; begin again without it")
        case .system(let error) where error.isNoSpace: return diskFull
        case .system(let error) where temporary.contains(error.code): return unavailable(error, request, logger)
        case .storageFull: return diskFull
        case .storageBusy: return busy
        case .storageReadOnly:
            logger.error("\(error)", metadata: ["request": "\(request.id)"])
            return readOnly
        case .badAttachmentName, .system, .storage:
            logger.error("\(error)", metadata: ["request": "\(request.id)"])
            return Problem(
                .internalServerError, detail: "an unexpected fault of the queue; the service's log names it under this request_id")
        }
    }

    /// Errors of a file that a client sent are 422; those of a model of ours are our fault.
    private static func problem(_ error: ModelFormatError, _ request: ServerRequest, _ logger: Logger) -> Problem {
        switch error {
        case .malformedHeader, .truncated, .headerTooLarge, .duplicateName, .unknownElementType, .shapeTooLarge, .wrongByteCount,
            .offsetsOutOfRange,
            .notContiguous, .unusedBytes:
            return Problem(.unprocessableContent, title: "Not a safetensors file", detail: "\(error)")
        case .fileTooLarge: return Problem(.contentTooLarge, detail: "\(error)")
        case .file(let error) where error.code == ENOENT:
            logger.notice("\(error)", metadata: ["request": "\(request.id)"])
            return Problem(.notFound, detail: "the version was deleted in the meantime")
        case .file(let error) where temporary.contains(error.code): return unavailable(error, request, logger)
        default:
            logger.error("\(error)", metadata: ["request": "\(request.id)"])
            return Problem(.internalServerError, detail: "the stored model cannot be read; the service's log says more")
        }
    }

    private static func problem(_ error: ModelStoreError, _ logger: Logger) -> Problem {
        switch error {
        case .noSuchModel(let name): return APIError.notFound(kind: "model", name: name).problem
        case .noSuchVersion(let model, let version): return Problem(.notFound, detail: "model '\(model)' has no version \(version)")
        case .noSuchAlias(let model, let alias): return Problem(.notFound, detail: "model '\(model)' has no alias '\(alias.prefix(200))'")
        case .reservedAlias(let alias):
            return Problem(.unprocessableContent, detail: "'\(alias)' is always the newest version; take another alias")
        case .versionInUse(let model, let version, let aliases):
            let names = aliases.joined(separator: ", ")
            return Problem(
                .conflict, detail: "aliases point at version \(version) of '\(model)': \(names); point them elsewhere or delete them first")
        case .damagedResult, .damagedFile:
            logger.error("\(error)")
            return Problem(.internalServerError, detail: "the service's own data cannot be read; its log says more")
        }
    }

    private static func problem(_ error: InferenceError, _ logger: Logger) -> Problem {
        switch error {
        case .saturated:
            return Problem(.serviceUnavailable, title: "Saturated", detail: "\(error); come again in a second", fields: [.retryAfter: "1"])
        case .shuttingDown: return Problem(.serviceUnavailable, detail: "\(error)", fields: [.retryAfter: "5"])
        case .precisionUnavailable: return Problem(.unprocessableContent, detail: "\(error)")
        case .outOfRange: return Problem(.badRequest, detail: "\(error)")
        case .wrongNumberCount: return Problem(.badRequest, detail: "\(error)")
        case .unknownClass:
            return Problem(
                .unprocessableContent, title: "Unknown class", detail: "\(error)",
                errors: [.init(pointer: "?class", code: "unknown_class", detail: "\(error)")])
        case .notExplainable: return Problem(.unprocessableContent, title: "Not explainable", detail: "\(error)")
        case .notFinite, .unstable, .invalidInput, .wrongClassCount:
            logger.error("\(error)")
            return Problem(.internalServerError, detail: "the model cannot answer: \(error)")
        }
    }
}
