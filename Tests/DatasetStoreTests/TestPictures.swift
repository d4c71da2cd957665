import Base
import Foundation
import Images

/// Pictures for specs: smooth random fields, so that difference hashes are stable and differ between seeds.
enum TestPictures {
    /// `side` × `side`; a 6 × 6 field of random colours, enlarged.
    static func field(_ seed: UInt64, side: Int = 64) throws -> RGBImage {
        var random = SeededRandom(seed: seed)
        let small = try RGBImage(width: 6, height: 6, pixels: (0..<108).map { _ in UInt8(random.next() & 255) })
        return Resize.bilinear(small, width: side, height: side)
    }

    static func png(_ seed: UInt64, side: Int = 64) throws -> Data { Data(try ImageEncoder.png(field(seed, side: side))) }
    static func jpeg(_ seed: UInt64, side: Int = 64, quality: Int = 90) throws -> Data {
        Data(try ImageEncoder.jpeg(field(seed, side: side), quality: quality))
    }
}
