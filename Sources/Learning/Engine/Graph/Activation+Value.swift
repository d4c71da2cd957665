import Foundation

extension Activation {
    /// What it makes of `x`.
    package func value(_ x: Double) -> Double {
        switch self {
        case .relu: max(0, x)
        case .relu6: min(max(0, x), 6)
        case .hardSwish: x * min(max(0, x + 3), 6) / 6
        case .silu: x / (1 + exp(-x))
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSigmoid: min(max(0, x + 3), 6) / 6
        }
    }
}
