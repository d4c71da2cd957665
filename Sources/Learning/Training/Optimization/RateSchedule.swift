import Engine

/// The optimiser step of every step of a training: a frozen part that trains the head only, then all layers; a one-cycle rate for each part.
package struct RateSchedule: Sendable, Equatable {
    private let optimiser: Optimiser
    private let frozenSteps: Int
    private let frozen: OneCycle
    private let whole: OneCycle
    private let bodyDivisor: Double

    /// - Parameter bodyDivisor: how many times smaller the body's rate is than the head's.
    package init(optimiser: Optimiser, maximum: Double, frozenSteps: Int, wholeSteps: Int, bodyDivisor: Double) {
        self.optimiser = optimiser
        self.frozenSteps = frozenSteps
        self.bodyDivisor = bodyDivisor
        frozen = OneCycle(maximum: maximum, steps: frozenSteps)
        whole = OneCycle(maximum: maximum, steps: wholeSteps)
    }

    /// - Parameter step: counted from 0 over the whole training.
    package func step(_ step: Int) -> OptimiserStep {
        if step < frozenSteps {
            return OptimiserStep(optimiser: optimiser, bodyRate: 0, headRate: Float(frozen.rate(step)), freezeBody: true)
        }
        let rate = whole.rate(step - frozenSteps)
        return OptimiserStep(optimiser: optimiser, bodyRate: Float(rate / bodyDivisor), headRate: Float(rate))
    }
}
