import Base

extension StrongOperation {
    /// The names of the operations that are drawn from.
    package static let pool = [
        "autocontrast", "brightness", "color", "contrast", "equalize", "identity", "posterize", "rotate", "sharpness", "shear_x", "shear_y",
        "solarize", "translate_x", "translate_y",
    ]

    /// One operation of the pool with a magnitude from its whole range (Sohn et al. 2020, arXiv:2001.07685, table 12). Always two draws.
    /// - Parameter side: of the picture, pixels.
    package static func drawn(side: Int, random: inout SeededRandom) -> StrongOperation {
        let index = Int(random.uniform() * Double(pool.count))
        let magnitude = random.uniform()
        func within(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * magnitude }
        switch index {
        case 0: return .autocontrast
        case 1: return .brightness(factor: within(0.05, 0.95))
        case 2: return .color(factor: within(0.05, 0.95))
        case 3: return .contrast(factor: within(0.05, 0.95))
        case 4: return .equalize
        case 5: return .identity
        case 6: return .posterize(bits: 4 + Int(within(0, 5)))
        case 7: return .rotate(degrees: within(-30, 30))
        case 8: return .sharpness(factor: within(0.05, 0.95))
        case 9: return .shearX(factor: within(-0.3, 0.3))
        case 10: return .shearY(factor: within(-0.3, 0.3))
        case 11: return .solarize(threshold: Int(within(0, 257)))
        case 12: return .translateX(pixels: within(-0.3, 0.3) * Double(side))
        default: return .translateY(pixels: within(-0.3, 0.3) * Double(side))
        }
    }
}
