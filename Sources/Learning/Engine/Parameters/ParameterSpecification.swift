/// What a parameter is for: decides its initial value, its weight decay, and whether training changes it.
package enum ParameterRole: String, Sendable, Codable {
    case weight, bias, normScale, normShift, runningMean, runningVariance

    /// Changed by gradients (running statistics are changed by the forward pass instead).
    package var isTrainable: Bool { self != .runningMean && self != .runningVariance }
}

package struct ParameterSpecification: Sendable, Codable, Equatable {
    /// The state-dictionary name, `layer1.0.conv1.weight`.
    package let name: String
    package let shape: [Int]
    package let role: ParameterRole
    /// Belongs to the classification head.
    package let isHead: Bool

    package init(name: String, shape: [Int], role: ParameterRole, isHead: Bool) {
        self.name = name
        self.shape = shape
        self.role = role
        self.isHead = isHead
    }

    package var count: Int { shape.reduce(1, *) }
}
