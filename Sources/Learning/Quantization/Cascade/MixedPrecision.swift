import Engine
import Evaluation
import Foundation

/// The last resort before int8 is refused: the units of a network whose rounding moves the logits most stay in float. Source: learning.md, section 7.
///
/// How much a unit matters is measured: the noise that int8 leaves in the logits of calibration pictures where this unit alone is in float. Made once, when the first candidate is asked
/// for; the same network and pictures give the same order.
package final class MixedPrecision {
    /// Numbers of units in float that are tried, one candidate each.
    static let sizes = [1, 2, 4, 8]
    /// Pictures that are looked at.
    static let pictures = 32

    private struct Ranked {
        /// The one whose rounding costs most first.
        let units: [[Int]]
        /// The share of int8's noise that is gone where only the unit is in float; below 0 where there is more.
        let gains: [Double]
    }

    private let folded: FoldedNetwork
    private let ranges: Calibration
    private let weightBits: Int
    private let plan: (QuantisedNetwork) throws -> any InferencePlan
    private let batches: [QuantisationBatch]
    /// Float's, a row a picture.
    private let logits: [[Float]]
    private var ranked: Ranked?
    /// Whether a candidate was refused.
    private var isOver = false

    /// - Parameters:
    ///   - plan: compiles a candidate.
    ///   - batches: calibration pictures.
    ///   - logits: what float gives for them, a row a picture.
    package init(
        _ folded: FoldedNetwork, _ ranges: Calibration, weightBits: Int, plan: @escaping (QuantisedNetwork) throws -> any InferencePlan,
        batches: [QuantisationBatch], logits: [[Float]]
    ) {
        self.folded = folded
        self.ranges = ranges
        self.weightBits = weightBits
        self.plan = plan
        self.batches = batches
        self.logits = logits
    }

    /// The network with the `count` most sensitive units in float; nil where that would leave nothing in 8 bits.
    package func candidate(_ count: Int, _ method: CalibrationMethod) throws -> QuantisationCandidate? {
        let units = FloatUnits.units(of: folded.network)
        guard count < units.count, !batches.isEmpty, !isOver else { return nil }
        isOver = true  // where ranking fails, another attempt would too
        let ranked = try ranked ?? rank(units, method)
        self.ranked = ranked
        isOver = false
        let layers = folded.network.closed(inFloat: Set(ranked.units.prefix(count).joined()))
        let names = layers.sorted().map { folded.network.layers[$0].name }.filter { !$0.isEmpty }
        let gains = ranked.gains.prefix(count).map { String(format: "%.0f %%", 100 * $0) }.joined(separator: ", ")
        return QuantisationCandidate(
            network: try network(layers, method), scheme: .mixed(method, floatLayers: names),
            reason:
                "left in float, of \(units.count) parts of the network: the \(count) without whose rounding the logits' noise falls most, "
                + "each alone by \(gains)")
    }

    private func rank(_ units: [[Int]], _ method: CalibrationMethod) throws -> Ranked {
        let whole = try noise([], method)
        var noises: [Double] = []
        for unit in units { noises.append(try noise(folded.network.closed(inFloat: Set(unit)), method)) }
        let order = units.indices.sorted { (noises[$0], $0) < (noises[$1], $1) }
        return Ranked(units: order.map { units[$0] }, gains: order.map { whole > 0 ? 1 - noises[$0] / whole : 0 })
    }

    private func network(_ layers: Set<Int>, _ method: CalibrationMethod) throws -> QuantisedNetwork {
        try EqualisedNetwork(folded, calibration: ranges, method: method, floatLayers: layers).quantised(weightBits: weightBits)
    }

    /// The sum of the squares of ``LogitNoise`` over all pictures; infinite where it is not finite.
    private func noise(_ layers: Set<Int>, _ method: CalibrationMethod) throws -> Double {
        let plan = try plan(network(layers, method))
        var (noise, picture) = (0.0, 0)
        for batch in batches {
            let got = try batch.pictures.withUnsafeBufferPointer { try plan.run($0, count: batch.labels.count) }
            for row in batch.labels.indices {
                let own = got[(row * plan.classes)..<((row + 1) * plan.classes)]
                noise += LogitNoise.shifts(own, logits[picture]).reduce(0) { $0 + $1 * $1 }
                picture += 1
            }
        }
        return noise.isFinite ? noise : .infinity
    }
}
