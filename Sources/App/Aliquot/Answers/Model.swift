import Base
import DatasetStore
import EngineOneDNN
import Foundation
import Images
import Inference
import ModelFormat
import TrainingJobs

/// A trained model, read from its folder: classifies pictures and is measured on them. May be used from several tasks at once.
public final class Model: Sendable {
    /// The arithmetic of an answer.
    public enum Arithmetic: String, Sendable { case float, int8 }
    /// Which pictures of a folder or archive are looked at.
    public enum Role: String, Sendable { case train, validation, test }

    /// The model's own folder.
    public let folder: URL
    let directory: ModelDirectory
    let predictor: Predictor
    let threads: Int

    /// Reads a model and compiles it: some hundred milliseconds.
    ///
    /// - Parameters:
    ///   - folder: that of a model, or the output of a ``Training``, which holds one.
    ///   - threads: to compute with; all cores if absent.
    /// - Throws: ``AliquotError/model(path:reason:)``.
    public init(at folder: URL, threads: Int? = nil) async throws(AliquotError) {
        let inner = folder.appendingPathComponent("model", isDirectory: true)
        let isOutput = FileManager.default.fileExists(atPath: inner.appendingPathComponent(ModelDirectory.manifestName).path)
        let place = isOutput ? inner : folder
        let count = max(1, threads ?? Machine.current().cores)
        do {
            let directory = try ModelDirectory(opening: place)
            predictor = try await onThread {
                try Predictor(model: directory, backend: OneDNNBackend(), lanes: 1, threadsPerLane: count, capacity: 1024)
            }
            self.directory = directory
        } catch { throw AliquotError(error, model: place.path) }
        self.folder = place
        self.threads = count
    }

    /// In the order of the outputs.
    public var classes: [String] { directory.manifest.classes }
    public var network: Network { Network(rawValue: directory.manifest.architecture) }
    /// What it answers with unless told otherwise.
    public var arithmetic: Arithmetic { directory.manifest.defaultPrecision == .int8 ? .int8 : .float }

    /// Classifies a picture: JPEG, PNG, TIFF, WebP or BMP.
    ///
    /// - Parameters:
    ///   - picture: a file.
    ///   - top: how many of the likeliest classes are given, 1 or more.
    ///   - arithmetic: `nil` for the model's own choice.
    /// - Throws: ``AliquotError/picture(name:reason:)``, ``AliquotError/model(path:reason:)``, ``AliquotError/cancelled``.
    public func classify(contentsOf picture: URL, top: Int = 5, arithmetic: Arithmetic? = nil) async throws(AliquotError) -> Classification
    {
        try await classify(try await Self.bytes(of: picture), name: picture.path, top: top, arithmetic: arithmetic)
    }

    /// A picture's file, or as much of it as shows that it is too large.
    static func bytes(of picture: URL) async throws(AliquotError) -> [UInt8] {
        let limit = ImageLimits.standard.maximumBytes
        do {
            return try await onThread {
                let handle = try FileHandle(forReadingFrom: picture)
                defer { try? handle.close() }
                return [UInt8](try handle.read(upToCount: limit + 1) ?? Data())
            }
        } catch { throw .picture(name: picture.path, reason: error.localizedDescription) }
    }

    /// Classifies a picture that is in memory.
    ///
    /// - Parameters:
    ///   - picture: the bytes of a file.
    ///   - name: what an error calls it.
    ///   - top: how many of the likeliest classes are given, 1 or more.
    ///   - arithmetic: `nil` for the model's own choice.
    public func classify(_ picture: [UInt8], name: String = "the picture", top: Int = 5, arithmetic: Arithmetic? = nil)
        async throws(AliquotError) -> Classification
    {
        let precision = arithmetic.flatMap { Precision(rawValue: $0.rawValue) }
        do { return Classification(try await predictor.classify(picture, ClassifyOptions(topK: top, precision: precision))) } catch {
            throw AliquotError(error, model: folder.path, picture: name)
        }
    }

    /// Measures the model on labelled pictures.
    ///
    /// - Parameters:
    ///   - pictures: a folder or an archive, as for a ``Training``.
    ///   - role: which of them; `nil`: the test pictures, else those for validation, else those for training, the first that are there.
    ///   - arithmetic: `nil` for the model's own choice.
    ///   - watch: is told the share that is done, 0…1; must return at once.
    /// - Throws: ``AliquotError/pictures(path:reason:)``, ``AliquotError/unknownClasses(_:known:)``, ``AliquotError/cancelled`` and others.
    public func evaluate(
        on pictures: URL, role: Role? = nil, arithmetic: Arithmetic? = nil, watch: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws(AliquotError) -> Evaluation {
        let stop = StopFlag()
        do {
            return try await withTaskCancellationHandler {
                try await evaluation(pictures.standardizedFileURL.resolvingSymlinksInPath(), role, arithmetic, stop, watch)
            } onCancel: {
                stop.raise()
            }
        } catch { throw AliquotError(error, model: folder.path, picture: pictures.path) }
    }

    /// Reading counts for a half of the work, looking for the other.
    private func evaluation(
        _ source: URL, _ role: Role?, _ arithmetic: Arithmetic?, _ stop: StopFlag, _ watch: @escaping @Sendable (Double) -> Void
    ) async throws -> Evaluation {
        guard FileManager.default.fileExists(atPath: source.path), let dataset = PictureIntake.name(of: source) else {
            throw AliquotError.pictures(path: source.path, reason: "there is no such file or folder")
        }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("aliquot-\(ULID.now())", isDirectory: true)
        let data = try DataDirectory(url: place)
        defer { try? FileManager.default.removeItem(at: place) }
        let manifest = place.appendingPathComponent("revision.jsonl")
        let intake = PictureIntake(source: source, data: data.url, threads: threads, stop: stop) { event in
            if case .importing(let fraction) = event { watch(fraction / 2) }
        }
        _ = try await intake.run(dataset: dataset, manifest: manifest, facts: place.appendingPathComponent("revision.json"))
        let (directory, threads) = (self.directory, self.threads)
        return try await onThread {
            Evaluation(
                try ModelEvaluation(
                    of: directory, revision: manifest, blobs: BlobStore(directory: data.blobs),
                    role: role.flatMap { ImageRole(rawValue: $0.rawValue) },
                    precision: arithmetic.flatMap { Precision(rawValue: $0.rawValue) },
                    backend: OneDNNBackend(), threads: threads, progress: { watch(0.5 + Double($0) / Double(max(1, $1)) / 2) },
                    shouldStop: { stop.isRaised }))
        }
    }
}
