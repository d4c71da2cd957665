import Base

/// Smooth random texture: random values on a lattice, interpolated; two octaves. Mean 0, about −1 ... 1.
struct ValueNoise: Sendable {
    private static let side = 32
    private let values: [Float]
    private let scale: Float

    /// - Parameter grain: pixels from one lattice point to the next.
    init(grain: Float, random: inout SeededRandom) {
        scale = 1 / grain
        values = (0..<(Self.side * Self.side)).map { _ in Float(random.uniform(-1, 1)) }
    }

    func callAsFunction(_ x: Float, _ y: Float) -> Float {
        0.65 * octave(x * scale, y * scale) + 0.35 * octave(x * scale * 2.1 + 7, y * scale * 2.1 + 3)
    }

    private func octave(_ x: Float, _ y: Float) -> Float {
        let (floorX, floorY) = (x.rounded(.down), y.rounded(.down))
        let (fx, fy) = (smooth(x - floorX), smooth(y - floorY))
        let (left, top) = (Int(floorX), Int(floorY))
        let upper = value(left, top) * (1 - fx) + value(left + 1, top) * fx
        let lower = value(left, top + 1) * (1 - fx) + value(left + 1, top + 1) * fx
        return upper * (1 - fy) + lower * fy
    }

    private func value(_ x: Int, _ y: Int) -> Float { values[(y & (Self.side - 1)) * Self.side + (x & (Self.side - 1))] }
    private func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }
}
