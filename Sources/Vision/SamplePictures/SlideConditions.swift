import Base
import Foundation

/// All that differs between pictures and says nothing about the cell: the slide, the stain, the lamp, the camera.
struct SlideConditions: Sendable {
    /// Strength of the stain in each light; about 0.55 ... 1.5, tinted.
    let stain: Density
    /// Colour and brightness of the empty slide, 0 ... 1.
    let lamp: (red: Float, green: Float, blue: Float)
    /// Fall of the light across the picture: relative change from the centre to the edge, in x and y.
    let gradient: (x: Float, y: Float)
    /// Darkening towards the corners.
    let vignette: Float
    /// Defocus, pixels at a side of 96.
    let blur: Float
    /// Standard deviation of the camera's noise, levels.
    let noise: Float
    /// How many red cells lie around, on average, on 96 × 96 pixels.
    let redCells: Int
    let jpegQuality: Int

    init(random: inout SeededRandom) {
        let strength = Float(random.uniform(0.6, 1.45))
        let tint = Float(0.2)
        stain = Density(
            red: strength * (1 + tint * Float(random.normal())).clamped(0.55, 1.5),
            green: strength * (1 + 0.5 * tint * Float(random.normal())).clamped(0.75, 1.3),
            blue: strength * (1 + 1.4 * tint * Float(random.normal())).clamped(0.45, 1.7))
        let brightness = Float(random.uniform(0.82, 1))
        let warmth = Float(random.normal()) * 0.035
        lamp = (brightness * (0.97 + warmth), brightness * 0.955, brightness * (0.955 - warmth))
        gradient = (Float(random.normal()) * 0.07, Float(random.normal()) * 0.07)
        vignette = Float(random.uniform(0, 0.12))
        blur = Float(random.uniform(0.3, 1.5))
        noise = Float(random.uniform(1, 7))
        redCells = Int(random.uniform(2, 15))
        jpegQuality = Int(random.uniform(72, 93))
    }
}

extension Float {
    func clamped(_ lower: Float, _ upper: Float) -> Float { Swift.min(upper, Swift.max(lower, self)) }
}
