import Foundation
import Gzip
import Testing

@Suite("gzip")
struct GzipSpecs {
    @Test("gives back what it was given, at every level", arguments: [0, 1, 1023, 65_536, 300_001], [Int32(1), 4, 9])
    func roundTrip(count: Int, level: Int32) throws {
        // Given text that repeats itself, as JSON does
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 % 97 &* 31) }
        let packed = try Gzip.compress(bytes, level: level)
        #expect(packed.starts(with: [0x1F, 0x8B, 8]))  // RFC 1952 section 2.3.1
        #expect(try Gzip.decompress(packed, limit: count) == bytes)
        if count > 1000 { #expect(packed.count < count / 2) }
    }

    @Test("reads what gzip(1) wrote")
    func foreign() throws {
        // printf 'aliquot\\n' | gzip -n | base64
        let packed = try #require(Data(base64Encoded: "H4sIAAAAAAAAA0vMySwszS/hAgBvR9BqCAAAAA=="))
        #expect(String(decoding: try Gzip.decompress([UInt8](packed), limit: 100), as: UTF8.self) == "aliquot\n")
    }

    @Test("unpacks no more than is allowed: a bomb costs its limit and no more")
    func bomb() throws {
        // Given 16 MiB of zeros in some 16 KiB
        let packed = try Gzip.compress([UInt8](repeating: 0, count: 16 << 20), level: 9)
        #expect(packed.count < 20_000)
        #expect(throws: GzipError.tooLarge(limit: 1 << 20)) { try Gzip.decompress(packed, limit: 1 << 20) }
        #expect(try Gzip.decompress(packed, limit: 16 << 20).count == 16 << 20)
        #expect(throws: GzipError.tooLarge(limit: (16 << 20) - 1)) { try Gzip.decompress(packed, limit: (16 << 20) - 1) }
    }

    @Test("refuses what is no gzip, is cut short at any place, or goes on after its end")
    func broken() throws {
        let whole = try Gzip.compress(Array("a text that is long enough to be packed, packed, packed".utf8))
        for cut in 0..<whole.count {
            #expect(throws: GzipError.self, "cut at \(cut)") { try Gzip.decompress(Array(whole[..<cut]), limit: 1000) }
        }
        #expect(throws: GzipError.malformed("bytes follow its end")) { try Gzip.decompress(whole + [0], limit: 1000) }
        #expect(throws: GzipError.self) { try Gzip.decompress(Array("plain text, no gzip at all".utf8), limit: 1000) }
        var damaged = whole
        damaged[whole.count - 6] ^= 1  // its check sum
        #expect(throws: GzipError.self) { try Gzip.decompress(damaged, limit: 1000) }
    }
}
