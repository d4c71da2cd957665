import Dispatch
import Engine
import Explanation

/// One network compiled twice for one thread: for a picture alone, and for several at once where that is faster here.
///
/// Whether it is depends on network and machine (Winograd's large weights gain a quarter, others nothing), so the plan for several is timed once against the
/// plan for one, in turn, with every number of pictures, and each number that seems to gain a second time: it then goes the faster way. Where none gains, the memory of
/// the second plan is given back.
struct BatchPlans {
    /// Most pictures that are worth bringing together for ``run(_:)``: 1 where company gains nothing.
    let limit: Int
    private let single: any InferencePlan
    private let several: (any InferencePlan)?
    /// By number of pictures: whether `several` is the faster way.
    private let isFaster: [Bool]

    /// - Parameters:
    ///   - picture: numbers of one picture.
    ///   - compile: makes a plan for so many pictures.
    init(_ options: PredictorOptions, picture: Int, compile: (_ batch: Int) throws -> any InferencePlan) throws {
        let limit = options.maxBatch
        let single = try compile(1)
        self.single = single
        let numbers = [Float](repeating: 0, count: picture * limit)
        for _ in 0..<options.warmUps { _ = try Self.run(single, numbers, 1, picture) }
        guard limit > 1 else {
            (several, isFaster, self.limit) = (nil, [], 1)
            return
        }
        let plan = try compile(limit)
        for _ in 0..<options.warmUps { _ = try Self.run(plan, numbers, limit, picture) }
        var one = Double.infinity
        var isFaster = [false, false] + [Bool](repeating: true, count: limit - 1)
        // Twice, and `one` again before each: one disturbed moment must not make company look good.
        for _ in 0..<2 {
            for count in 2...limit where isFaster[count] {
                one = min(one, try Self.shortest { _ = try Self.run(single, numbers, 1, picture) })
                let together = try Self.shortest { _ = try Self.run(plan, numbers, count, picture) }
                isFaster[count] = together <= Double(count) * one * (1 - options.minimumBatchGain)
            }
        }
        several = isFaster.contains(true) ? plan : nil
        self.isFaster = isFaster
        self.limit = isFaster.lastIndex(of: true) ?? 1
    }

    var classes: Int { single.classes }
    /// Copies of the network that are kept.
    var copies: Int { several == nil ? 1 : 2 }
    var activationBytes: Int { single.activationBytes + (several?.activationBytes ?? 0) }

    /// - Parameter pictures: each `[3, side, side]`, normalised.
    /// - Returns: the logits of each.
    func run(_ pictures: [[Float]]) throws -> [[Float]] { goTogether(pictures.count) ? try together(pictures) : try alone(pictures) }

    /// Whether so many go through the network at once.
    func goTogether(_ count: Int) -> Bool { isFaster.indices.contains(count) && isFaster[count] }

    /// Looks into a pass of one picture through the plan for one, which must be a float plan.
    /// - Throws: as ``GradCAM/finding(_:label:plan:)``.
    func finding(_ picture: [Float], label: Int?, by explainer: GradCAM) throws(EngineError) -> GradCAM.Finding {
        guard let plan = single as? any FloatInferencePlan else { throw .unsupported(what: "an int8 plan", by: "Grad-CAM") }
        return try explainer.finding(picture, label: label, plan: plan)
    }

    /// One after the other.
    func alone(_ pictures: [[Float]]) throws -> [[Float]] { try pictures.map { try Self.run(single, $0, 1, $0.count) } }

    /// Through the plan for several, where there is one.
    func together(_ pictures: [[Float]]) throws -> [[Float]] {
        guard let several else { return try alone(pictures) }
        let logits = try Self.run(several, pictures.flatMap(\.self), pictures.count, pictures[0].count)
        return stride(from: 0, to: logits.count, by: several.classes).map { Array(logits[$0..<($0 + several.classes)]) }
    }

    private static func run(_ plan: any InferencePlan, _ numbers: [Float], _ count: Int, _ picture: Int) throws -> [Float] {
        try numbers.withUnsafeBufferPointer { try plan.run(UnsafeBufferPointer(rebasing: $0[..<(count * picture)]), count: count) }
    }

    /// Nanoseconds of the shortest of four runs.
    private static func shortest(_ body: () throws -> Void) rethrows -> Double {
        var shortest = Double.infinity
        for _ in 0..<4 {
            let start = DispatchTime.now().uptimeNanoseconds
            try body()
            shortest = min(shortest, Double(DispatchTime.now().uptimeNanoseconds - start))
        }
        return shortest
    }
}
