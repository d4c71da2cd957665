/// Changes bytes at random, always the same way from the same seed.
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// 0 ..< bound, by xorshift64* (Vigna 2016).
    mutating func number(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(1, bound)
    }

    /// Bytes that parsers look for, which a random byte seldom is.
    private static let special = Array("\r\n\r\n :;,=\"\\-0aFf?#%/*\t\0\u{7f}".utf8) + [0x80, 0xFF]

    mutating func special() -> UInt8 { Self.special[number(Self.special.count)] }

    /// One to six changes: a byte turned, put in or taken out, a slice doubled, moved or cut off, a slice of `other` put in.
    mutating func mutate(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...number(6) {
            let at = number(bytes.count + 1)
            switch number(8) {
            case 0 where at < bytes.count: bytes[at] = special()
            case 1 where at < bytes.count: bytes[at] ^= 1 << UInt8(number(8))
            case 2: bytes.insert(special(), at: at)
            case 3 where at < bytes.count: bytes.remove(at: at)
            case 4: bytes.insert(contentsOf: bytes[slice(of: bytes)], at: at)
            case 5: bytes.removeSubrange(slice(of: bytes))
            case 6: bytes.insert(contentsOf: other[slice(of: other)], at: at)
            default: bytes.insert(contentsOf: [UInt8](repeating: special(), count: number(40)), at: at)
            }
        }
        return bytes
    }

    /// `bytes` in pieces of random sizes, mostly small.
    mutating func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let count = number(4) == 0 ? 1 + number(200) : 1 + number(9)
            let end = min(bytes.count, start + count)
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }

    private mutating func slice(of bytes: [UInt8]) -> Range<Int> {
        let start = number(bytes.count + 1)
        return start..<min(bytes.count, start + number(60))
    }
}
