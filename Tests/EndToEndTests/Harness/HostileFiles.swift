import Foundation

/// Files that a careless or hostile client might send, made by hand.
enum HostileFiles {
    /// A PNG of 20,000 × 10,000 pixels in a few dozen bytes (PNG specification, 2nd edition, sections 5.2, 5.3, 11.2.2): 200 megapixels when decoded.
    static func pngBomb() -> Data {
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        file += chunk("IHDR", bigEndian(20_000) + bigEndian(10_000) + Data([8, 2, 0, 0, 0]))
        file += chunk("IDAT", Data([0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]))
        return file + chunk("IEND", Data())
    }

    /// A tar archive (POSIX.1-1988, ustar) with one entry for each way out of its folder, and the given pictures as good entries.
    static func tarWithWaysOut(good: [(name: String, bytes: Data)]) -> Data {
        var archive = Data()
        archive += entry("../escaped.png", type: "0", bytes: Data("out".utf8))
        archive += entry("/tmp/aliquot-escaped.png", type: "0", bytes: Data("out".utf8))
        archive += entry("labelled/round/link.png", type: "2", target: "/etc/passwd")
        archive += entry("labelled/round/hard.png", type: "1", target: "../../../etc/passwd")
        archive += entry("labelled/round/device.png", type: "3")
        archive += entry("labelled/round/pipe.png", type: "6")
        for picture in good { archive += entry(picture.name, type: "0", bytes: picture.bytes) }
        return archive + Data(count: 1024)
    }

    private static func entry(_ name: String, type: String, target: String = "", bytes: Data = Data()) -> Data {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8)) }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(octal(bytes.count, digits: 11) + "\0", at: 124)
        put("00000000000\0", at: 136)
        put("        ", at: 148)
        put(type, at: 156)
        put(target, at: 157)
        put("ustar\0" + "00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return Data(header) + bytes + Data(count: (512 - bytes.count % 512) % 512)
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func chunk(_ type: String, _ content: Data) -> Data {
        let named = Data(type.utf8) + content
        return bigEndian(UInt32(content.count)) + named + bigEndian(crc32(named))
    }

    private static func bigEndian(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }

    /// PNG specification, annex D.
    private static func crc32(_ bytes: Data) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        }
    }
}
