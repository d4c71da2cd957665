/// How far a whole job is, from how far its phases are: a pure value.
///
/// A phase's cost is in training pictures: the pictures that it trains on, plus a third for each that it only looks at (forward pass of three equal ones).
struct JobMeter: Sendable {
    private var costs: [(phase: JobPhase, cost: Double)]
    private var done: [JobPhase: Double] = [:]
    private(set) var fraction = 0.0
    /// Fraction and time at which this attempt's clock began; what an earlier attempt did says nothing of this one's speed.
    private var start: (fraction: Double, seconds: Double)?

    init(_ costs: [(JobPhase, Double)]) { self.costs = costs.map { (phase: $0.0, cost: max($0.1, 1)) } }

    /// A better figure for a phase's cost, once it is known.
    mutating func revise(_ phase: JobPhase, cost: Double) {
        for index in costs.indices where costs[index].phase == phase { costs[index].cost = max(cost, 1) }
    }

    /// - Parameters:
    ///   - share: of the phase, 0…1; earlier phases are over.
    ///   - seconds: of any clock that never goes back.
    /// - Returns: fraction of the job (it never falls) and seconds left, where a second of work has already been seen.
    mutating func advance(_ phase: JobPhase, share: Double, seconds: Double) -> (fraction: Double, secondsLeft: Double?) {
        if costs.contains(where: { $0.phase == phase }) {
            for earlier in costs.prefix(while: { $0.phase != phase }) { done[earlier.phase] = 1 }
        }
        done[phase] = min(1, max(0, share))
        let total = costs.reduce(0) { $0 + $1.cost }
        let spent = costs.reduce(0) { $0 + $1.cost * (done[$1.phase] ?? 0) }
        fraction = max(fraction, total > 0 ? spent / total : 0)
        guard let start else {
            start = (fraction, seconds)
            return (fraction, nil)
        }
        let (gained, elapsed) = (fraction - start.fraction, seconds - start.seconds)
        guard gained > 0, elapsed > 1 else { return (fraction, nil) }
        return (fraction, elapsed / gained * (1 - fraction))
    }
}
