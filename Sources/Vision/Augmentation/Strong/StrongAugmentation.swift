import Base
import Images

/// The strong view of the consistency methods: the weak view, then two operations of RandAugment with random magnitudes, then cutout of up to half the side
/// (learning.md, section 5; Sohn et al. 2020, arXiv:2001.07685).
package struct StrongAugmentation: Sendable, Equatable {
    package let weak: WeakAugmentation
    /// RandAugment's operations one after the other.
    package var operations = 2

    package init(weak: WeakAugmentation) { self.weak = weak }

    /// - Parameters:
    ///   - image: as decoded, or reduced, as ``WeakAugmentation/apply(to:random:)`` takes it.
    ///   - random: the only source of chance; the number of draws does not depend on their outcome.
    /// - Returns: `size` by `size` pixels.
    package func apply(to image: RGBImage, random: inout SeededRandom) -> RGBImage {
        var picture = weak.apply(to: image, random: &random)
        let side = weak.geometry.size
        for _ in 0..<operations { picture = StrongOperation.drawn(side: side, random: &random).apply(to: picture) }
        return Cutout(side: side, random: &random).apply(to: picture)
    }
}
