/// What validation must know of one network. Injected, because Jobs does not see the networks themselves.
package struct NetworkDescription: Codable, Sendable, Equatable {
    /// The name used in jobs, such as `mobilenet_v2`.
    package let name: String
    /// Such as `manual, compact`.
    package let family: String
    /// Number of parameters with 1,000 classes.
    package let parameters: Int
    /// Multiply-add operations of one picture at 224².
    package let multiplyAdds: Int
    /// The smallest picture side the network can take, in pixels.
    package let minimumSide: Int
    /// Elements of the results of all layers for one picture at 224²: the estimate of a job's memory uses it.
    package let activationElements: Int

    private enum CodingKeys: String, CodingKey {
        case name, family, parameters
        case multiplyAdds = "multiply_adds"
        case minimumSide = "minimum_side"
        case activationElements = "activation_elements"
    }

    package init(name: String, family: String, parameters: Int, multiplyAdds: Int, minimumSide: Int, activationElements: Int) {
        self.name = name
        self.family = family
        self.parameters = parameters
        self.multiplyAdds = multiplyAdds
        self.minimumSide = minimumSide
        self.activationElements = activationElements
    }
}
