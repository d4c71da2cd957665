import Base
import Foundation
import Images

/// Draws one picture: red cells, platelets, the white cell in the middle, then the optics and the camera.
package enum CellPicture {
    /// - Parameters:
    ///   - side: pixels, 16 ... 1024; everything scales with it.
    ///   - random: the only source of chance.
    /// - Returns: the picture and the quality at which its camera stores JPEG.
    package static func draw(_ kind: CellClass, side: Int, random: inout SeededRandom) -> (image: RGBImage, jpegQuality: Int) {
        let conditions = SlideConditions(random: &random)
        let cell = WhiteCell(kind, side: side, random: &random)
        var canvas = DensityCanvas(side: side)
        paintRedCells(around: cell, conditions, on: &canvas, random: &random)
        paintPlatelets(around: cell, on: &canvas, random: &random)
        paint(cell, on: &canvas, random: &random)
        canvas.stain(conditions.stain)
        canvas.blur(sigma: conditions.blur * Float(side) / 96)
        return (expose(canvas, conditions, random: &random), conditions.jpegQuality)
    }

    /// 1 inside, 0 outside, about one pixel of transition.
    private static func coverage(_ distance: Float) -> Float { (0.5 - distance).clamped(0, 1) }

    private static func paintRedCells(
        around cell: WhiteCell, _ conditions: SlideConditions, on canvas: inout DensityCanvas, random: inout SeededRandom
    ) {
        let (side, unit) = (Float(canvas.side), Float(canvas.side) / 96)
        let size = unit * Float(random.uniform(11, 14.5))
        for _ in 0..<conditions.redCells {
            let radius = size * Float(random.uniform(0.85, 1.12))
            let (x, y) = (Float(random.uniform(-0.1, 1.1)) * side, Float(random.uniform(-0.1, 1.1)) * side)
            let outline = Outline(x: x, y: y, radius: radius, irregularity: 0.03, random: &random)
            let depth = Float(random.uniform(0.75, 1.15))
            let pallor = Float(random.uniform(0.25, 0.75))
            let (dx, dy) = (x - cell.outline.x, y - cell.outline.y)
            // Cells push each other aside; they hardly lie on the white one.
            guard (dx * dx + dy * dy).squareRoot() > cell.outline.radius + 0.8 * radius else { continue }
            canvas.paint(x: x, y: y, reach: outline.reach + 1) { px, py, before in
                let distance = outline.distance(px, py)
                let share = 1 + distance / radius  // 0 in the centre, 1 at the rim
                let thickness = 1 - pallor * exp(-share * share * 5)
                return before + .redCell * (coverage(distance) * depth * thickness)
            }
        }
    }

    private static func paintPlatelets(around cell: WhiteCell, on canvas: inout DensityCanvas, random: inout SeededRandom) {
        let (side, unit) = (Float(canvas.side), Float(canvas.side) / 96)
        for _ in 0..<Int(random.uniform(0, 5)) {
            let (x, y) = (Float(random.uniform()) * side, Float(random.uniform()) * side)
            let outline = Outline(x: x, y: y, radius: unit * Float(random.uniform(1.8, 4)), irregularity: 0.12, random: &random)
            let (dx, dy) = (x - cell.outline.x, y - cell.outline.y)
            guard (dx * dx + dy * dy).squareRoot() > cell.outline.radius + outline.radius else { continue }
            canvas.paint(x: x, y: y, reach: outline.reach + 1) { px, py, before in
                before + .chromatin * (0.45 * coverage(outline.distance(px, py) / 1.5))
            }
        }
    }

    private static func paint(_ cell: WhiteCell, on canvas: inout DensityCanvas, random: inout SeededRandom) {
        let unit = Float(canvas.side) / 96
        let cloud = ValueNoise(grain: 6 * unit, random: &random)
        let clumps = ValueNoise(grain: 3.2 * unit, random: &random)
        let outline = cell.outline
        canvas.paint(x: outline.x, y: outline.y, reach: outline.reach + 2) { px, py, before in
            let inside = coverage(outline.distance(px, py))
            if inside == 0 { return before }
            // The membrane is a little denser than what it holds; the cell hides what lies under it.
            let body = cell.cytoplasm * (1 + 0.18 * cloud(px, py))
            return before * (1 - inside) + body * inside
        }
        for spot in cell.spots {
            canvas.paint(x: spot.x, y: spot.y, reach: spot.radius + 1) { px, py, before in
                let (dx, dy) = (px - spot.x, py - spot.y)
                let share = coverage((dx * dx + dy * dy).squareRoot() - spot.radius) * coverage(outline.distance(px, py))
                return spot.strength >= 0 ? before + cell.granule * (share * spot.strength) : before * (1 + share * spot.strength)
            }
        }
        canvas.paint(x: outline.x, y: outline.y, reach: outline.reach + 2) { px, py, before in
            let distance = cell.nucleus.distance(px, py)
            let inside = coverage(distance) * coverage(outline.distance(px, py) + 0.8)
            if inside == 0 { return before }
            // Chromatin is clumped, and thicker towards the nuclear membrane.
            let rim = 0.12 * exp(-distance * distance / (6 * unit * unit))
            let density = cell.chromatin * (1 + cell.clumping * 1.6 * clumps(px, py) + rim)
            return before * (1 - 0.75 * inside) + .chromatin * (inside * density)
        }
    }

    private static func expose(_ canvas: DensityCanvas, _ conditions: SlideConditions, random: inout SeededRandom) -> RGBImage {
        let side = canvas.side
        let half = Float(side) / 2
        return RGBImage(width: side, height: side) { target in
            for y in 0..<side {
                for x in 0..<side {
                    let (u, v) = ((Float(x) + 0.5) / half - 1, (Float(y) + 0.5) / half - 1)
                    let light =
                        255 * (1 + conditions.gradient.x * u + conditions.gradient.y * v) * (1 - conditions.vignette * (u * u + v * v) / 2)
                    let index = y * side + x
                    let noise = triple(&random)
                    func level(_ lamp: Float, _ density: Float, _ noise: Float) -> UInt8 {
                        UInt8((light * lamp * exp(-density) + conditions.noise * noise).rounded().clamped(0, 255))
                    }
                    target[index * 3] = level(conditions.lamp.red, canvas.red[index], noise.0)
                    target[index * 3 + 1] = level(conditions.lamp.green, canvas.green[index], noise.1)
                    target[index * 3 + 2] = level(conditions.lamp.blue, canvas.blue[index], noise.2)
                }
            }
        }
    }

    /// Three nearly normal numbers from one draw: each the sum of two uniform ones of ten bits, with variance 1.
    private static func triple(_ random: inout SeededRandom) -> (Float, Float, Float) {
        let bits = random.next()
        func part(_ shift: UInt64) -> Float {
            let sum = Float((bits >> shift) & 1023) + Float((bits >> (shift + 10)) & 1023)
            return (sum / 1023 - 1) * 2.449  // a sum of two uniforms on ±½ has variance 1/6
        }
        return (part(0), part(20), part(40))
    }
}
