import Base
import Foundation

/// Convex mixtures of pictures and of their targets (Zhang et al. 2018, arXiv:1710.09412). Shares are folded to at least one half, so that a mixture stays nearer to the
/// row that it stands for, as MixMatch needs it; for MixUp itself the fold only exchanges the two partners.
package struct MixUp: Sendable, Equatable {
    /// For each row the row that is mixed in.
    package let partners: [Int]
    /// For each row its own share, ½ … 1.
    package let shares: [Double]

    package init(partners: [Int], shares: [Double]) {
        precondition(partners.count == shares.count, "a row has a partner and a share")
        self.partners = partners
        self.shares = shares
    }

    /// A random permutation of the rows, and Beta(α, α) for each.
    package init(rows: Int, alpha: Double, random: inout SeededRandom) {
        partners = random.permutation(rows)
        var shares: [Double] = []
        for _ in 0..<rows {
            let (first, second) = (random.gamma(alpha), random.gamma(alpha))
            let share = first + second > 0 ? first / (first + second) : 0.5
            shares.append(max(share, 1 - share))
        }
        self.shares = shares
    }

    /// Rows of one length each, one behind the other.
    package func pictures(_ pixels: [Float]) -> [Float] {
        let length = pixels.count / max(partners.count, 1)
        return [Float](unsafeUninitializedCapacity: pixels.count) { mixed, count in
            for (row, partner) in partners.enumerated() {
                let share = Float(shares[row])
                for index in 0..<length {
                    mixed[row * length + index] = share * pixels[row * length + index] + (1 - share) * pixels[partner * length + index]
                }
            }
            count = pixels.count
        }
    }

    package func targets(_ targets: [[Double]]) -> [[Double]] {
        partners.indices.map { row in
            zip(targets[row], targets[partners[row]]).map { shares[row] * $0 + (1 - shares[row]) * $1 }
        }
    }
}

extension SeededRandom {
    /// Gamma(shape, 1) by Marsaglia and Tsang 2000; a shape below 1 is raised by one and taken back by a power of a uniform number.
    package mutating func gamma(_ shape: Double) -> Double {
        if shape < 1 {
            let power = pow(1 - uniform(), 1 / shape)
            return gamma(shape + 1) * power
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            guard v > 0 else { continue }
            if log(1 - uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }
}
