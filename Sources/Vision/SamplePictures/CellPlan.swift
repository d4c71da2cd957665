import Base

/// How a class is built, with the spread of its members. Lengths are shares of the cell's radius unless said otherwise. The spreads overlap between
/// classes, as they do in blood: a neutrophil may have two lobes, a monocyte a nearly round nucleus, a lymphocyte may be large.
struct CellPlan: Sendable {
    /// Pixels at a side of 96.
    var radius: Float
    var irregularity: Float
    /// Standard deviation of the nucleus' shift from the cell's centre.
    var offset: Float
    var lobes: Int
    var lobeRadius: Float
    var arcRadius: Float
    /// Radians.
    var span: Float
    var strand: Float?
    var softness: Float
    var unevenness: Float
    var clumping: Float
    var cytoplasm: Density
    var granule: Density
    var spots: Int
    /// Pixels at a side of 96.
    var spotRadius: Float
    var spotStrength: Float

    init(_ kind: CellClass, random: inout SeededRandom) {
        func among(_ lower: Double, _ upper: Double) -> Float { Float(random.uniform(lower, upper)) }
        switch kind {
        case .lymphocyte:
            let fill = among(0.66, 0.86)
            self.init(
                radius: among(17, 25), irregularity: 0.025, offset: 0.05, lobes: 2, lobeRadius: fill, arcRadius: among(0.01, 0.1),
                span: 3.1,
                softness: 0.3, unevenness: 0.03, clumping: 0.22,
                cytoplasm: .blueCytoplasm.mixed(with: .greyCytoplasm, share: among(0, 0.6)),
                granule: .violetGranule, spots: Int(among(0, 8)), spotRadius: 0.9, spotStrength: 0.6)
        case .monocyte:
            let isFolded = among(0, 1) < 0.75
            self.init(
                radius: among(23, 30), irregularity: 0.05, offset: 0.08, lobes: 5, lobeRadius: among(0.3, 0.38),
                arcRadius: isFolded ? among(0.34, 0.44) : among(0.2, 0.28), span: isFolded ? among(2.2, 3.9) : among(2.6, 4.4),
                strand: 0.24,
                softness: 0.22, unevenness: 0.06, clumping: 0.14,
                cytoplasm: .greyCytoplasm.mixed(with: .blueCytoplasm, share: among(0, 0.5)),
                granule: .greyCytoplasm, spots: Int(among(0, 14)), spotRadius: 1.7, spotStrength: -0.55)
        case .neutrophil:
            let lobes = [2, 3, 3, 3, 4, 4, 5][Int(among(0, 6.999))]
            self.init(
                radius: among(21, 27), irregularity: 0.03, offset: 0.06, lobes: lobes,
                lobeRadius: among(0.25, 0.32) * (lobes == 5 ? 0.88 : 1),
                arcRadius: among(0.38, 0.48), span: lobes == 2 ? among(1.9, 3) : among(2.9, 4.7), strand: among(0.05, 0.1), softness: 0.1,
                unevenness: 0.12, clumping: 0.2, cytoplasm: .pinkCytoplasm.mixed(with: .greyCytoplasm, share: among(0, 0.45)),
                granule: .violetGranule, spots: Int(among(60, 170)), spotRadius: 0.8, spotStrength: among(0.2, 0.6))
        case .eosinophil:
            let lobes = [2, 2, 2, 2, 3][Int(among(0, 4.999))]
            self.init(
                radius: among(21, 27.5), irregularity: 0.03, offset: 0.07, lobes: lobes,
                lobeRadius: among(0.28, 0.37) * (lobes == 3 ? 0.88 : 1),
                arcRadius: among(0.38, 0.47), span: lobes == 2 ? among(1.7, 3) : among(2.8, 3.9), strand: among(0.05, 0.12), softness: 0.1,
                unevenness: 0.1, clumping: 0.2, cytoplasm: .pinkCytoplasm.mixed(with: .redCell, share: among(0, 0.5)),
                granule: .orangeGranule.mixed(with: .redCell, share: among(0, 0.65)), spots: Int(among(90, 190)),
                spotRadius: among(1.1, 1.6),
                spotStrength: among(0.35, 0.95))
        }
    }

    private init(
        radius: Float, irregularity: Float, offset: Float, lobes: Int, lobeRadius: Float, arcRadius: Float, span: Float,
        strand: Float? = nil,
        softness: Float, unevenness: Float, clumping: Float, cytoplasm: Density, granule: Density, spots: Int, spotRadius: Float,
        spotStrength: Float
    ) {
        self.radius = radius
        self.irregularity = irregularity
        self.offset = offset
        self.lobes = lobes
        self.lobeRadius = lobeRadius
        self.arcRadius = arcRadius
        self.span = span
        self.strand = strand
        self.softness = softness
        self.unevenness = unevenness
        self.clumping = clumping
        self.cytoplasm = cytoplasm
        self.granule = granule
        self.spots = spots
        self.spotRadius = spotRadius
        self.spotStrength = spotStrength
    }
}
