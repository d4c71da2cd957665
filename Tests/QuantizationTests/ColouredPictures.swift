import Base

/// Normalised pictures of noise, each of a colour and a contrast of its own.
enum ColouredPictures {
    /// - Returns: `[count, 3, side, side]`.
    static func numbers(_ count: Int, side: Int) -> [Float] {
        (0..<count).flatMap { picture in
            var random = SeededRandom(seed: 9, purpose: "\(picture)")
            let colours = (0..<3).map { _ in random.normal() }, contrast = random.uniform(0.3, 1.5)
            return (0..<3 * side * side).map { Float(colours[$0 / (side * side)] + contrast * random.normal()) }
        }
    }
}
