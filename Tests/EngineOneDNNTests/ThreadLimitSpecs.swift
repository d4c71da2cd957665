import Engine
import EngineOneDNN
import Testing

@Suite("The number of threads of a plan")
struct ThreadLimitSpecs {
    @Test("is refused beyond what OpenMP may give, where oneDNN would compute wrong numbers")
    func refusesTooMany() throws {
        // Given more threads than OMP_THREAD_LIMIT's greatest value, 2³¹ − 1, which is its default too
        let one = ConformanceCase.residualBlocks
        let options = PlanOptions(batch: one.batch, side: one.side, threads: 1 << 31)
        // Then there is no plan
        #expect(throws: EngineError.self) { _ = try OneDNNBackend().trainingPlan(one.graph, options) }
    }
}
