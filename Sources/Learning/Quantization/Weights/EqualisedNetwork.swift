import Engine

/// A float network made ready for 8 bits, with what calibration knows about it in its own units.
package struct EqualisedNetwork: Sendable {
    package let folded: FoldedNetwork
    /// One a layer.
    package let scales: [ActivationScale]
    /// E[x] of every channel of every layer.
    package let means: [[Double]]
    /// The indices of the layers that stay in float.
    package let floatLayers: Set<Int>

    init(folded: FoldedNetwork, scales: [ActivationScale], means: [[Double]]) {
        self.folded = folded
        self.scales = scales
        self.means = means
        floatLayers = []
    }

    /// - Throws: ``QuantizationError``.
    package init(_ folded: FoldedNetwork, calibration: Calibration, method: CalibrationMethod, floatLayers: Set<Int> = [])
        throws(QuantizationError)
    {
        var scales = try calibration.scales(method)
        let network = folded.network
        guard scales.count == network.layers.count else {
            throw .wrongCount(what: "activation scales", got: scales.count, expected: network.layers.count)
        }
        let equalisation = ChannelEqualisation(network, ranges: calibration.channelRanges(method), floatLayers: floatLayers)
        self.floatLayers = floatLayers
        for (index, top) in equalisation.tops.enumerated() {
            guard let top else { continue }
            let scale = Float(top / (scales[index].isSigned ? 127 : 255))
            scales[index].scale = scale.isNormal ? scale : 1
        }
        self.folded = try equalisation.applied(to: folded)
        self.scales = SharedGrids(network).unified(scales)
        means = zip(calibration.channelMeans, equalisation.factors).map { means, factors in zip(means, factors).map { $0 / $1 } }
    }

    /// In 8 bits, its biases corrected and whole numbers.
    /// - Throws: ``QuantizationError``.
    package func quantised(weightBits: Int) throws(QuantizationError) -> QuantisedNetwork {
        let network = try Quantiser.quantise(folded, scales: scales, weightBits: weightBits)
        let corrected = BiasCorrection.corrected(network, float: folded, means: means)
        return IntegerBiases.rounded(corrected).leaving(floatLayers, inFloat: folded)
    }
}
