import Engine

/// An int8 network that is looked at beside float.
package struct QuantisationCandidate: Sendable {
    package let network: QuantisedNetwork
    package let scheme: QuantisationScheme

    package init(network: QuantisedNetwork, scheme: QuantisationScheme) {
        self.network = network
        self.scheme = scheme
    }
}
