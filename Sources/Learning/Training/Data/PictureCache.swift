import Augmentation
import Foundation
import Images
import Synchronization

/// Decoded pictures at the size that training and evaluation need, each decoded once as long as memory lasts, or once for all jobs where a disk cache is given.
///
/// What is cached changes speed only: a picture that does not fit is decoded again and is the same. Threads may ask at once.
package final class PictureCache: Sendable {
    private enum Use: String { case training, evaluation }
    private struct Key: Hashable {
        let name: String
        let use: Use
    }
    private struct State {
        var pictures: [Key: RGBImage] = [:]
        var bytes = 0
    }

    package let geometry: EvaluationGeometry
    /// Bytes of pixels that may be kept.
    package let capacity: Int
    private let limits: ImageLimits
    private let disk: DecodedPictures?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: bytes; the default keeps 6,900 pictures of 160 × 160 twice.
    ///   - disk: holds what memory does not, and what other jobs decoded before.
    package init(geometry: EvaluationGeometry, capacity: Int = 1 << 30, disk: DecodedPictures? = nil, limits: ImageLimits = .standard) {
        self.geometry = geometry
        self.capacity = capacity
        self.limits = limits
        self.disk = disk
    }

    /// The picture that weak augmentation starts from: decoded, and reduced with antialiasing as the evaluation geometry reduces it; never enlarged.
    package func forTraining(_ file: PictureFile) throws(TrainingError) -> RGBImage {
        try cached(file, .training, geometry.reduced)
    }

    /// The picture as validation, test and the service see it: `geometry` applied, size × size.
    package func forEvaluation(_ file: PictureFile) throws(TrainingError) -> RGBImage {
        try cached(file, .evaluation, geometry.apply(to:))
    }

    /// Another view of the picture: transformed as decoded, then as evaluation sees it. Not kept.
    package func forEvaluation(_ file: PictureFile, view: PictureTransform) throws(TrainingError) -> RGBImage {
        geometry.apply(to: view.apply(to: try decode(file)))
    }

    /// How many pictures are kept.
    package var count: Int { state.withLock { $0.pictures.count } }

    private func cached(_ file: PictureFile, _ use: Use, _ shape: (RGBImage) -> RGBImage) throws(TrainingError) -> RGBImage {
        let key = Key(name: file.name, use: use)
        if let picture = state.withLock({ $0.pictures[key] }) { return picture }
        let picture: RGBImage
        if let digest = file.digest, let kept = disk?.read(digest, geometry, use: use.rawValue) {
            picture = kept
        } else {
            picture = try decoded(file, use, shape)
        }
        state.withLock { state in
            guard state.pictures[key] == nil, state.bytes + picture.pixels.count <= capacity else { return }
            state.pictures[key] = picture
            state.bytes += picture.pixels.count
        }
        return picture
    }

    private func decoded(_ file: PictureFile, _ use: Use, _ shape: (RGBImage) -> RGBImage) throws(TrainingError) -> RGBImage {
        let whole = try decode(file)
        let picture = shape(whole)
        if let digest = file.digest, let disk, whole.width * whole.height >= DecodedPictures.fewestPixels {
            disk.write(picture, digest, geometry, use: use.rawValue)
        }
        return picture
    }

    private func decode(_ file: PictureFile) throws(TrainingError) -> RGBImage {
        let bytes: Data
        do { bytes = try Data(contentsOf: file.url) } catch { throw .unreadable(name: file.name, reason: error.localizedDescription) }
        do throws(ImageError) {
            return try ImageDecoder.decode(bytes, limits: limits, shorterSideAtLeast: geometry.decodeShorterSide)
        } catch {
            throw .picture(name: file.name, reason: error)
        }
    }
}
