/// The shape that a plan is compiled for.
package struct PlanOptions: Sendable, Equatable {
    package var batch: Int
    /// Height and width of the pictures.
    package var side: Int
    /// Threads that a step may use.
    package var threads: Int
    /// Training: the backward pass makes the results of batch norms again instead of keeping them. Less memory, more time, the same bits.
    package var recomputesNorms = false
    /// Training: what convolutions multiply. A backend refuses what ``Backend/trainsInBfloat16`` says it has not.
    package var precision = TrainingPrecision.float32

    package init(batch: Int, side: Int, threads: Int) {
        self.batch = batch
        self.side = side
        self.threads = threads
    }
}

/// Compiles graphs into plans. Injected; `EngineOneDNN.OneDNNBackend` is the one we have.
package protocol Backend: Sendable {
    /// For reports: library, version, instruction set.
    var description: String { get }
    /// Whether 8-bit products are summed without saturation (VNNI). Where not, quantised weights keep to 7 bits.
    var hasWideInt8Products: Bool { get }
    /// Whether ``TrainingPrecision/bfloat16`` can be had here.
    var trainsInBfloat16: Bool { get }
    func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan
    func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) -> any FloatInferencePlan
    func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan
}
