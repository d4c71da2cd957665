import Engine
import Foundation
import Synchronization

/// A backend whose networks answer with the mean of each colour channel: red pictures are class 0, green 1, blue 2. Int8 answers a thousandth more.
final class ColourBackend: Backend {
    let description = "colours"
    let hasWideInt8Products: Bool
    let trainsInBfloat16 = false
    /// Every pass at batch 1 goes through here.
    let turnstile = Turnstile()
    /// Forward passes so far, warm-ups included.
    let passes = Mutex(0)
    /// Threads that compiled a plan.
    let threads = Mutex<Set<UInt>>([])
    /// Plans that were run by another thread than the one that compiled them.
    let strays = Mutex(0)
    /// Plans that exist.
    let livePlans = Mutex(0)
    /// Pictures of each forward pass, warm-ups included.
    let counts = Mutex<[Int]>([])
    private let drift: Float
    private let company: Company
    private let compileError: EngineError?
    private let logits: [Float]?

    /// - Parameters:
    ///   - compileError: thrown by every compilation.
    ///   - logits: given in place of the means.
    ///   - drift: what each picture but one adds to the logits of all: a broken network.
    ///   - company: what becomes of pictures that go together.
    init(
        compileError: EngineError? = nil, logits: [Float]? = nil, drift: Float = 0, company: Company = .sound,
        hasWideInt8Products: Bool = true
    ) {
        self.drift = drift
        self.company = company
        self.hasWideInt8Products = hasWideInt8Products
        self.compileError = compileError
        self.logits = logits
    }

    func trainingPlan(_ graph: Graph, _ options: PlanOptions) throws(EngineError) -> any TrainingPlan {
        throw .unsupported(what: "training", by: description)
    }

    func inferencePlan(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) throws(EngineError) -> any FloatInferencePlan {
        if let compileError { throw compileError }
        return Plan(self, FusedNetwork(architecture: graph.architecture, classes: graph.classes, layers: []), options, extra: 0)
    }

    func inferencePlan(_ network: QuantisedNetwork, _ options: PlanOptions) throws(EngineError) -> any InferencePlan {
        if let compileError { throw compileError }
        return Plan(self, network.network, options, extra: 0.001)
    }

    enum Company { case sound, mixedUp, notNumbers }

    private final class Plan: FloatInferencePlan {
        private let backend: ColourBackend
        private let options: PlanOptions
        private let extra: Float
        private let thread = UInt(pthread_self())
        let network: FusedNetwork
        var batch: Int { options.batch }
        var classes: Int { network.classes }
        let activationBytes = 0

        init(_ backend: ColourBackend, _ network: FusedNetwork, _ options: PlanOptions, extra: Float) {
            self.backend = backend
            self.network = network
            self.options = options
            self.extra = extra
            let thread = thread
            _ = backend.threads.withLock { $0.insert(thread) }
            backend.livePlans.withLock { $0 += 1 }
        }

        deinit { backend.livePlans.withLock { $0 -= 1 } }

        func load(_ parameters: ParameterSet) throws(EngineError) {}

        func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
            backend.passes.withLock { $0 += 1 }
            if UInt(pthread_self()) != thread { backend.strays.withLock { $0 += 1 } }
            backend.counts.withLock { $0.append(count) }
            backend.turnstile.pass()
            if let logits = backend.logits { return (0..<count).flatMap { _ in logits } }
            let area = options.side * options.side
            let means = (0..<(3 * count)).map { plane in
                pictures[(plane * area)..<((plane + 1) * area)].reduce(0, +) / Float(area) + extra + Float(count - 1) * backend.drift
            }
            guard count > 1 else { return means }
            switch backend.company {
            case .sound: return means
            case .mixedUp: return Array(means[3...] + means[..<3])
            case .notNumbers: return means.map { _ in .nan }
            }
        }

        func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (Int, UnsafeBufferPointer<Float>) -> Void)
            throws(EngineError)
        {}
        func explain(repeats: Int) throws(EngineError) -> [PrimitiveTiming] { [] }
    }
}
