import Base
import Foundation

/// One white blood cell with its place on the picture: the outline, the nucleus and what floats in the cytoplasm.
struct WhiteCell: Sendable {
    struct Spot: Sendable {
        let x: Float
        let y: Float
        let radius: Float
        /// Added density; negative for vacuoles, which are clear.
        let strength: Float
    }

    let outline: Outline
    let nucleus: Nucleus
    let cytoplasm: Density
    let granule: Density
    let spots: [Spot]
    /// Density of the chromatin, 1 is usual, and how clumped it is.
    let chromatin: Float
    let clumping: Float

    /// - Parameter side: of the picture, pixels; the cell takes about half of it.
    init(_ kind: CellClass, side: Int, random: inout SeededRandom) {
        let unit = Float(side) / 96
        let scale = unit * Float(random.uniform(0.8, 1.22))
        let centre = Float(side) / 2
        let x = centre + unit * 8.5 * Float(random.normal()).clamped(-1.8, 1.8)
        let y = centre + unit * 8.5 * Float(random.normal()).clamped(-1.8, 1.8)
        let plan = CellPlan(kind, random: &random)
        let radius = scale * plan.radius
        outline = Outline(x: x, y: y, radius: radius, irregularity: plan.irregularity, random: &random)
        nucleus = Nucleus(
            x: x + radius * plan.offset * Float(random.normal()), y: y + radius * plan.offset * Float(random.normal()), count: plan.lobes,
            lobeRadius: radius * plan.lobeRadius, arcRadius: radius * plan.arcRadius, span: plan.span,
            strand: plan.strand.map { $0 * radius },
            softness: radius * plan.softness, unevenness: plan.unevenness, random: &random)
        cytoplasm = plan.cytoplasm
        granule = plan.granule
        chromatin = Float(random.uniform(0.75, 1.15))
        clumping = plan.clumping
        spots = Self.spots(plan, x: x, y: y, radius: radius, unit: scale, random: &random)
    }

    /// Granules or vacuoles, evenly spread over the cell's disc.
    private static func spots(_ plan: CellPlan, x: Float, y: Float, radius: Float, unit: Float, random: inout SeededRandom) -> [Spot] {
        (0..<plan.spots).map { _ in
            let angle = Float(random.uniform(0, 2 * .pi))
            let distance = radius * 0.93 * Float(random.uniform()).squareRoot()
            return Spot(
                x: x + distance * cos(angle), y: y + distance * sin(angle),
                radius: unit * plan.spotRadius * Float(random.uniform(0.75, 1.25)),
                strength: plan.spotStrength * Float(random.uniform(0.6, 1.2)))
        }
    }
}
