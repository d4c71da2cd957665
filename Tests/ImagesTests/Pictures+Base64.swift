import Foundation
import Images
import Testing

/// Bytes of a base64 text; a fault of the fixture fails the test.
func bytes(_ base64: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: base64))) }

func picture(_ reference: ReferencePictures.Picture) throws -> RGBImage {
    try RGBImage(width: reference.width, height: reference.height, pixels: bytes(reference.pixels))
}

/// The largest difference of two pictures of one size, in levels.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count == b.count else { return 256 }
    return zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
}
