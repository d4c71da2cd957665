import Foundation

/// A small, fast, reproducible source of random numbers: SplitMix64 (Steele, Lea, Flood 2014).
///
/// Equal seeds give equal sequences on every machine. Its whole state is one number, so that a checkpoint can hold it.
package struct SeededRandom: RandomNumberGenerator, Sendable, Codable, Equatable {
    package private(set) var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// An independent stream for one purpose: equal `seed` and `purpose` give equal streams, other purposes give unrelated ones.
    package init(seed: UInt64, purpose: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a, 64 bits
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var mixer = SeededRandom(seed: seed ^ hash)
        state = mixer.next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1), 53 bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in [lower, upper).
    package mutating func uniform(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * uniform() }

    /// Standard normal (Box and Muller 1958, one of the pair).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// A uniformly random order of `0 ..< count`.
    package mutating func permutation(_ count: Int) -> [Int] { Array(0..<count).shuffled(using: &self) }
}
