import Engine
import Foundation

extension Activation {
    /// Its derivative; at a corner that of PyTorch: 0 at the ends of ReLU, ReLU6 and hard sigmoid, and of hard swish at −3; 1 of hard swish at 3.
    func slope(at x: Float) -> Float {
        switch self {
        case .relu: return x > 0 ? 1 : 0
        case .relu6: return x > 0 && x < 6 ? 1 : 0
        case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6
        case .silu:
            let share = 1 / (1 + exp(-x))
            return share * (1 + x * (1 - share))
        case .sigmoid:
            let share = 1 / (1 + exp(-x))
            return share * (1 - share)
        case .hardSigmoid: return x > -3 && x < 3 ? 1 / 6 : 0
        }
    }
}
