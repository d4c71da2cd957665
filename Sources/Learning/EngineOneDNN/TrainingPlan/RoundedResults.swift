import COneDNN
import Engine

/// In which form results are wanted where convolutions multiply in bfloat16: rounded, as float32, or both. All sets are of nodes, and empty for float32 plans.
struct RoundedResults {
    /// Read by convolutions in bfloat16.
    private(set) var rounded: Set<Int> = []
    /// Read as float32 too, forward or backward.
    private var exact: Set<Int> = []
    /// Results of convolutions in bfloat16 whose only reader is a norm: the gradient that it gives back is wanted rounded alone.
    private(set) var roundedGradients: Set<Int> = []

    init(_ units: [TrainingUnit], _ convolutions: [String: TrainingConvolution], consumers: [[Int]]) {
        for unit in units {
            guard convolutions[unit.name]?.type == dnnl_bf16, case .convolution(_, let activation) = unit.kind else { continue }
            rounded.insert(unit.input)
            if activation == nil, consumers[unit.output].count == 1 { roundedGradients.insert(unit.output) }
        }
        guard !rounded.isEmpty else { return }
        var norms: Set<Int> = []
        for unit in units {
            switch unit.kind {
            case .convolution: if convolutions[unit.name]?.type != dnnl_bf16 { exact.insert(unit.input) }
            case .norm(_, _, let residual, let activation):
                exact.insert(unit.input)
                norms.insert(unit.input)
                guard let residual else { continue }
                exact.insert(residual)
                if let activation, activation.isInvertible { exact.insert(unit.output) }
            case .squeezedNorm:
                exact.insert(unit.input)
                norms.insert(unit.input)
            case .gatedNorm(_, let gate): exact.insert(gate)
            case .elementwise(let residual, _): exact.formUnion([unit.input, unit.output, residual ?? unit.input])
            case .channelScale(let gate): exact.formUnion([unit.input, gate])
            case .route(let origins): exact.formUnion(origins.map(\.node))
            case .maxPool, .averagePool, .globalAveragePool, .dropout, .stochasticDepth, .linear, .fakeQuantisation:
                exact.insert(unit.input)
            }
        }
        roundedGradients.formIntersection(norms)
    }

    func isWantedExact(_ node: Int) -> Bool { !rounded.contains(node) || exact.contains(node) }
}
