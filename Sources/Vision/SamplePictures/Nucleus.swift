import Base
import Foundation

/// A nucleus: round lobes, joined by strands, melted together where they meet.
struct Nucleus: Sendable {
    struct Lobe: Sendable {
        var x: Float
        var y: Float
        var radius: Float
    }

    let lobes: [Lobe]
    /// Half the thickness of the strand between neighbouring lobes; nil where there is none.
    let strand: Float?
    /// How softly lobes melt together, pixels.
    let softness: Float

    /// Lobes along an arc around (x, y).
    ///
    /// - Parameters:
    ///   - arcRadius: distance of the lobes' centres from (x, y), pixels.
    ///   - span: angle from the first lobe to the last, radians.
    ///   - unevenness: relative spread of lobe sizes and places.
    init(
        x: Float, y: Float, count: Int, lobeRadius: Float, arcRadius: Float, span: Float, strand: Float?, softness: Float,
        unevenness: Float,
        random: inout SeededRandom
    ) {
        let start = Float(random.uniform(0, 2 * .pi))
        var lobes: [Lobe] = []
        for index in 0..<count {
            let angle = start + (count > 1 ? span * Float(index) / Float(count - 1) : 0) + unevenness * Float(random.normal()) * 0.5
            let distance = arcRadius * (1 + unevenness * Float(random.normal()))
            lobes.append(
                Lobe(
                    x: x + distance * cos(angle), y: y + distance * sin(angle),
                    radius: lobeRadius * (1 + unevenness * Float(random.normal()))))
        }
        self.lobes = lobes
        self.strand = strand
        self.softness = softness
    }

    /// Pixels from the surface, negative inside (polynomial smooth minimum of lobes and strands, after Quilez).
    func distance(_ px: Float, _ py: Float) -> Float {
        var nearest = Float.greatestFiniteMagnitude
        for (index, lobe) in lobes.enumerated() {
            let (dx, dy) = (px - lobe.x, py - lobe.y)
            nearest = melted(nearest, (dx * dx + dy * dy).squareRoot() - lobe.radius)
            guard let strand, index > 0 else { continue }
            nearest = melted(nearest, Self.segment(px, py, lobes[index - 1], lobe) - strand)
        }
        return nearest
    }

    private func melted(_ a: Float, _ b: Float) -> Float {
        if a == .greatestFiniteMagnitude { return b }
        let h = max(0, softness - abs(a - b)) / softness
        return min(a, b) - h * h * softness / 4
    }

    private static func segment(_ px: Float, _ py: Float, _ a: Lobe, _ b: Lobe) -> Float {
        let (bx, by) = (b.x - a.x, b.y - a.y)
        let (dx, dy) = (px - a.x, py - a.y)
        let along = min(1, max(0, (dx * bx + dy * by) / max(bx * bx + by * by, 1e-6)))
        let (ex, ey) = (dx - along * bx, dy - along * by)
        return (ex * ex + ey * ey).squareRoot()
    }
}
