import Foundation
import Images

/// Small pictures, each seed another one; and files that are none.
enum Pictures {
    static func pixels(_ seed: Int, side: Int = 24) throws -> RGBImage {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let bytes = (0..<(side * side * 3)).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return try RGBImage(width: side, height: side, pixels: bytes)
    }

    static func png(_ seed: Int) throws -> Data { Data(try ImageEncoder.png(try pixels(seed))) }
    static func jpeg(_ seed: Int) throws -> Data { Data(try ImageEncoder.jpeg(try pixels(seed), quality: 90)) }

    /// A PNG whose header promises 20,000 × 10,000 pixels: 200 megapixels in a few dozen bytes (PNG specification, sections 5.2, 5.3, 11.2.2).
    static let pngBomb: Data = {
        func number(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
        func chunk(_ type: String, _ content: Data) -> Data {
            let named = Data(type.utf8) + content
            let sum = ~named.reduce(UInt32.max) { sum, byte in
                (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
            }
            return number(UInt32(content.count)) + named + number(sum)
        }
        let header = number(20_000) + number(10_000) + Data([8, 2, 0, 0, 0])
        return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + chunk("IHDR", header)
            + chunk("IDAT", Data([0x78, 0x9C, 0x03, 0, 0, 0, 0, 1])) + chunk("IEND", Data())
    }()
}
