import Images
import ModelFormat

/// A picture that every way to answer must answer alike before a model takes requests: alone and with others, on every lane, in float and in int8.
///
/// What a damaged kernel, a plan compiled for the wrong shape or memory that two plans share by mistake would do to answers shows here, not at a client.
enum Canary {
    /// How far logits of one picture may lie apart, of the greatest magnitude among them. Float sums in another order differ by some 1e-6; int8 may round one
    /// value of a layer the other way.
    static func tolerance(_ precision: Precision) -> Float { precision == .float ? 1e-4 : 2e-2 }

    /// Every colour level in smooth and in sharp places, so that no layer sees a constant.
    static func picture(side: Int) throws(ImageError) -> RGBImage {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * side * side)
        for y in 0..<side {
            for x in 0..<side {
                pixels += [UInt8(x * 255 / side), UInt8(y * 255 / side), UInt8((x * 5 ^ y * 3) & 0xFF)]
            }
        }
        return try RGBImage(width: side, height: side, pixels: pixels)
    }

    /// Company is other pictures: the numbers moved on by a part of their length, so that an answer that came from a neighbour's place is not its own.
    ///
    /// - Returns: the logits of the picture alone.
    /// - Throws: ``InferenceError/notFinite(precision:)``, ``InferenceError/unstable(precision:difference:tolerance:)``.
    static func check(_ plans: BatchPlans, _ precision: Precision, numbers: [Float]) throws -> [Float] {
        let pictures = (0..<plans.limit).map { place in
            let first = numbers.count * place / plans.limit
            return Array(numbers[first...] + numbers[..<first])
        }
        let alone = try plans.alone(pictures)
        guard alone.joined().allSatisfy(\.isFinite) else { throw InferenceError.notFinite(precision: precision) }
        for count in Set([1, 2, plans.limit - 1, plans.limit]) where (1...plans.limit).contains(count) {
            for (own, logits) in zip(alone, try plans.together(Array(pictures[..<count]))) { try compare(own, logits, precision) }
        }
        return alone[0]
    }

    /// - Throws: ``InferenceError/notFinite(precision:)``, ``InferenceError/unstable(precision:difference:tolerance:)``.
    static func compare(_ a: [Float], _ b: [Float], _ precision: Precision) throws(InferenceError) {
        let scale = a.reduce(0) { max($0, abs($1)) }
        guard b.allSatisfy(\.isFinite) else { throw .notFinite(precision: precision) }
        let difference = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
        let allowed = tolerance(precision) * max(scale, 1e-3)
        guard a.count == b.count, difference <= allowed else {
            throw .unstable(precision: precision, difference: difference, tolerance: allowed)
        }
    }
}
