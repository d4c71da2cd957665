/// The optimiser and its constants.
package enum Optimiser: Sendable, Codable, Equatable {
    /// PyTorch's SGD: g += decay·w; v = momentum·v + g; w -= rate·(nesterov ? g + momentum·v : v).
    case sgd(momentum: Float, nesterov: Bool, weightDecay: Float)
    /// Decoupled weight decay (Loshchilov and Hutter 2019): w -= rate·decay·w, then Adam with bias correction.
    case adamW(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
}

/// One step: rates may differ between body and head; a frozen body is not touched.
package struct OptimiserStep: Sendable, Equatable {
    package var optimiser: Optimiser
    package var bodyRate: Float
    package var headRate: Float
    package var freezeBody: Bool

    package init(optimiser: Optimiser, bodyRate: Float, headRate: Float, freezeBody: Bool = false) {
        self.optimiser = optimiser
        self.bodyRate = bodyRate
        self.headRate = headRate
        self.freezeBody = freezeBody
    }
}

/// The moments of every trainable parameter in plain layout, and how often body and head were stepped.
package struct OptimiserState: Sendable, Equatable {
    package var bodySteps: Int
    package var headSteps: Int
    /// First moments (SGD's velocity) by parameter name.
    package var first: [String: [Float]]
    /// Second moments by parameter name; zeros under SGD.
    package var second: [String: [Float]]

    package init(bodySteps: Int, headSteps: Int, first: [String: [Float]], second: [String: [Float]]) {
        self.bodySteps = bodySteps
        self.headSteps = headSteps
        self.first = first
        self.second = second
    }
}
