/// A graph compiled for training on batches of one size: forward, backward and update, with no allocation in a step.
///
/// A plan owns its memory and its threads' place; it is used by one thread at a time. Losses live outside: the caller turns logits into the gradient of
/// its loss, so that every method (cross-entropy, soft targets, consistency) uses the same plan.
package protocol TrainingPlan: AnyObject {
    var graph: Graph { get }
    /// Pictures in a batch. The last batch of an epoch may have fewer (where a plan allows it): its statistics and its loss are those of its own pictures.
    var batch: Int { get }
    /// Bytes of the arena that holds activations and gradients.
    var activationBytes: Int { get }

    /// Replaces all parameters and buffers; the optimiser's moments stay.
    func load(_ parameters: ParameterSet) throws(EngineError)
    /// A copy of all parameters and buffers in plain layout.
    func parameters() throws(EngineError) -> ParameterSet
    /// The optimiser's moments, for a checkpoint: bit-exact through ``load(optimiser:)``.
    func optimiserState() throws(EngineError) -> OptimiserState
    func load(optimiser: OptimiserState) throws(EngineError)

    /// One pass in training mode: batch statistics, dropout drawn from `seed`. Running statistics move by the norm's momentum.
    /// - Parameter pictures: normalised, `[count, 3, side, side]` with `count` from 1 to `batch`.
    /// - Returns: logits `[count, classes]`, row-major.
    func forward(_ pictures: UnsafeBufferPointer<Float>, seed: UInt64) throws(EngineError) -> [Float]
    /// From the gradient of the loss with respect to the logits of the last ``forward(_:seed:)``, `[count, classes]`, to every parameter's gradient.
    /// - Parameter headOnly: the body is frozen; nothing below the head is computed.
    func backward(_ logitGradient: [Float], headOnly: Bool) throws(EngineError)
    /// The same; with `adding` the gradients are added to those that are there, so that several batches make one step.
    func backward(_ logitGradient: [Float], headOnly: Bool, adding: Bool) throws(EngineError)
    /// The gradients of the last backward pass, by parameter name (trainable ones only; the head's only after `headOnly`).
    func gradients() throws(EngineError) -> [String: [Float]]
    /// One step of the optimiser with the gradients of the last backward passes.
    func update(_ step: OptimiserStep) throws(EngineError)

    /// Moves the exponential average of all parameters and buffers: `average = decay · average + (1 − decay) · value`. The first call copies.
    func updateAverage(decay: Float) throws(EngineError)
    /// A copy of the average in plain layout, bit-exact through ``load(average:)``; nil before the first ``updateAverage(decay:)``.
    func average() throws(EngineError) -> ParameterSet?
    func load(average: ParameterSet) throws(EngineError)
}

extension TrainingPlan {
    /// For plans that cannot add.
    package func backward(_ logitGradient: [Float], headOnly: Bool, adding: Bool) throws(EngineError) {
        guard !adding else { throw .unsupported(what: "gradients of several batches", by: "this plan") }
        try backward(logitGradient, headOnly: headOnly)
    }
}
