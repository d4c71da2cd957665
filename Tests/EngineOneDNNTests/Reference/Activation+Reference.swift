import Engine
import Foundation

extension Activation {
    func value(_ x: Double) -> Double {
        switch self {
        case .relu: max(0, x)
        case .relu6: min(max(0, x), 6)
        case .hardSwish: x * min(max(0, x + 3), 6) / 6
        case .silu: x / (1 + exp(-x))
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSigmoid: min(max(0, x + 3), 6) / 6
        }
    }

    func derivative(_ x: Double) -> Double {
        switch self {
        case .relu: return x > 0 ? 1 : 0
        case .relu6: return x > 0 && x < 6 ? 1 : 0
        case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6
        case .silu:
            let s = 1 / (1 + exp(-x))
            return s * (1 + x * (1 - s))
        case .sigmoid:
            let s = 1 / (1 + exp(-x))
            return s * (1 - s)
        case .hardSigmoid: return x > -3 && x < 3 ? 1.0 / 6 : 0
        }
    }
}
