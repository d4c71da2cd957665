import Images

/// 64 bits that change little when a picture is resized, compressed again or brightened: whether each of 8 × 8 cells is brighter than its right neighbour.
///
/// Source: N. Krawetz, "Kind of Like That" (dHash), hackerfactor.com, 2013. Grey is ITU-R BT.601 luma of the picture resized to 9 × 8.
package struct DifferenceHash: Hashable, Sendable {
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    package init(of picture: RGBImage) {
        let small = Resize.bilinear(picture, width: 9, height: 8)
        let grey = (0..<72).map { (index: Int) -> Int in
            let red = Int(small.pixels[3 * index])
            let green = Int(small.pixels[3 * index + 1])
            let blue = Int(small.pixels[3 * index + 2])
            return 299 * red + 587 * green + 114 * blue
        }
        var bits: UInt64 = 0
        for row in 0..<8 {
            for column in 0..<8 { bits = bits << 1 | (grey[9 * row + column] > grey[9 * row + column + 1] ? 1 : 0) }
        }
        self.bits = bits
    }

    /// Whether the picture has structure that the hash can tell apart; all-equal bits come from flat or evenly graded pictures, alike without being the same.
    package var isTelling: Bool { (4...60).contains(bits.nonzeroBitCount) }

    /// The number of bits in which two hashes differ, 0 to 64.
    package func distance(to other: DifferenceHash) -> Int { (bits ^ other.bits).nonzeroBitCount }
}
