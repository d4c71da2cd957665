import Base
import Foundation

/// What the dice said for one picture.
package struct WeakChoice: Sendable, Equatable {
    package var mirrored = false
    package var flipped = false
    /// Radians, counter-clockwise; within ±10°.
    package var angle = 0.0
    /// 1 ... 1.1; above 1 things look larger.
    package var zoom = 1.0
    /// A factor, 0.8 ... 1.2.
    package var brightness = 1.0
    /// A factor, 0.8 ... 1.2.
    package var contrast = 1.0

    /// Nothing changes.
    package init() {}

    /// Ten draws, whatever they say: streams stay in step when a setting changes.
    package init(flips: Flips, random: inout SeededRandom) {
        let mirror = random.uniform() < 0.5
        let flip = random.uniform() < 0.5
        mirrored = mirror && flips != .none
        flipped = flip && flips == .both
        func maybe(_ lower: Double, _ upper: Double, otherwise rest: Double) -> Double {
            let happens = random.uniform() < 0.75
            let value = random.uniform(lower, upper)
            return happens ? value : rest
        }
        angle = maybe(-10, 10, otherwise: 0) * .pi / 180
        zoom = maybe(1, 1.1, otherwise: 1)
        brightness = maybe(0.8, 1.2, otherwise: 1)
        contrast = maybe(0.8, 1.2, otherwise: 1)
    }

    /// Whether brightness or contrast changes.
    package var hasTone: Bool { brightness != 1 || contrast != 1 }
}
