import Foundation
import Images
import Training

/// A picture small enough to stand inside a page: a JPEG as a `data:` URL, at most some ten kilobytes.
struct Thumbnail: Sendable, Equatable {
    /// Of the longer side, pixels.
    static let side = 128
    private static let quality = 80

    let dataURL: String

    /// - Throws: ``TrainingError`` where the picture cannot be read.
    init(_ file: PictureFile) throws(TrainingError) {
        let bytes: Data
        do { bytes = try Data(contentsOf: file.url) } catch { throw .unreadable(name: file.name, reason: error.localizedDescription) }
        do throws(ImageError) {
            let picture = Resize.thumbnail(try ImageDecoder.decode(bytes, shorterSideAtLeast: Self.side), longestSide: Self.side)
            dataURL = "data:image/jpeg;base64," + Data(try ImageEncoder.jpeg(picture, quality: Self.quality)).base64EncodedString()
        } catch { throw .picture(name: file.name, reason: error) }
    }
}
