import Base
import Foundation

/// A closed, slightly irregular round shape: radius `radius · (1 + Σ aₖ cos(kθ + φₖ))`, k = 2 ... 5.
struct Outline: Sendable {
    let x: Float
    let y: Float
    let radius: Float
    private let waves: [(order: Float, amplitude: Float, phase: Float)]

    /// - Parameter irregularity: the standard deviation of the second harmonic; higher ones are smaller.
    init(x: Float, y: Float, radius: Float, irregularity: Float, random: inout SeededRandom) {
        self.x = x
        self.y = y
        self.radius = radius
        waves = (2...5).map { order in
            (Float(order), irregularity * Float(random.normal()) * 2 / Float(order), Float(random.uniform(0, 2 * .pi)))
        }
    }

    /// Pixels from the outline, negative inside. Good near the outline, which is where it matters.
    func distance(_ px: Float, _ py: Float) -> Float {
        let (dx, dy) = (px - x, py - y)
        let angle = atan2(dy, dx)
        let wobble = waves.reduce(Float(1)) { $0 + $1.amplitude * cos($1.order * angle + $1.phase) }
        return (dx * dx + dy * dy).squareRoot() - radius * wobble
    }

    /// The largest possible distance of the outline from its centre.
    var reach: Float { radius * waves.reduce(Float(1)) { $0 + abs($1.amplitude) } }
}
