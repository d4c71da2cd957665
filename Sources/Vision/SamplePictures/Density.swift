/// Optical density of a stain in red, green and blue light; densities of what lies on top of each other add up (Beer and Lambert).
struct Density: Sendable, Equatable {
    var red: Float
    var green: Float
    var blue: Float

    /// The density that turns white into this colour: `-ln(level / 255)`.
    static let redCell = Density(red: 0.12, green: 0.40, blue: 0.36)
    static let chromatin = Density(red: 1.00, green: 1.45, blue: 0.62)
    static let blueCytoplasm = Density(red: 0.40, green: 0.27, blue: 0.10)
    static let greyCytoplasm = Density(red: 0.30, green: 0.31, blue: 0.16)
    static let pinkCytoplasm = Density(red: 0.10, green: 0.24, blue: 0.17)
    static let orangeGranule = Density(red: 0.06, green: 0.62, blue: 0.80)
    static let violetGranule = Density(red: 0.22, green: 0.46, blue: 0.24)

    static func + (a: Density, b: Density) -> Density { Density(red: a.red + b.red, green: a.green + b.green, blue: a.blue + b.blue) }
    static func * (a: Density, factor: Float) -> Density { Density(red: a.red * factor, green: a.green * factor, blue: a.blue * factor) }
    static func * (a: Density, b: Density) -> Density { Density(red: a.red * b.red, green: a.green * b.green, blue: a.blue * b.blue) }

    /// `share` of `other`, the rest of this one.
    func mixed(with other: Density, share: Float) -> Density { self * (1 - share) + other * share }
}
