import Engine

/// An int8 network that is looked at beside float.
package struct QuantisationCandidate: Sendable {
    package let network: QuantisedNetwork
    package let scheme: QuantisationScheme
    /// A sentence on why it was made as it was.
    package let reason: String?

    package init(network: QuantisedNetwork, scheme: QuantisationScheme, reason: String? = nil) {
        self.reason = reason
        self.network = network
        self.scheme = scheme
    }
}
