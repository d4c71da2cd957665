import Engine

/// Watches every layer of a float plan on calibration pictures and says on which grid its values are to be held.
///
/// Scales of all methods come from the same pass over the pictures. Used by one thread, as the plan is.
package struct Calibration {
    package let method: CalibrationMethod
    private let plan: any FloatInferencePlan
    private var histograms: [MagnitudeHistogram]
    private var channelHistograms: [ChannelHistograms]
    /// Pictures seen.
    package private(set) var pictures = 0

    package init(method: CalibrationMethod, plan: any FloatInferencePlan) {
        self.method = method
        self.plan = plan
        histograms = Array(repeating: MagnitudeHistogram(), count: plan.network.layers.count)
        channelHistograms = plan.network.channels.map(ChannelHistograms.init(channels:))
    }

    /// Runs pictures through the plan and counts what every layer gives.
    /// - Parameters:
    ///   - pictures: normalised, `[count, 3, side, side]`.
    ///   - count: `1...plan.batch`.
    /// - Throws: ``QuantizationError/notFinite(layer:)`` or the plan's ``EngineError``.
    package mutating func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws {
        let layers = plan.network.layers
        var histograms = histograms, channelHistograms = channelHistograms
        // The copies are now the only owners: counting must not copy 4096 bins a layer.
        (self.histograms, self.channelHistograms) = ([], [])
        var faulty: Int?
        defer { (self.histograms, self.channelHistograms) = (histograms, channelHistograms) }
        let picture = pictures.count / max(count, 1)
        var shown = 0
        try plan.observe(pictures, count: count) { layer, values in
            // The logits leave as float.
            if layer == layers.count - 1 { return }
            // The pictures of this round.
            if layer == 0 { shown = values.count / max(picture, 1) }
            if layers[layer].kind.keepsGrid {
            } else if !histograms[layer].add(values) {
                faulty = faulty ?? layer
            }
            if faulty == nil { channelHistograms[layer].add(values, pictures: shown) }
        }
        if let faulty { throw QuantizationError.notFinite(layer: layers[faulty].name.isEmpty ? "\(faulty)" : layers[faulty].name) }
        self.pictures += count
    }

    package mutating func observe(_ pictures: [Float], count: Int) throws {
        try pictures.withUnsafeBufferPointer { try observe($0, count: count) }
    }

    /// The scales by the method of this calibration.
    package func scales() throws(QuantizationError) -> [ActivationScale] { try scales(method) }

    /// One scale a layer: largest value / 255 unsigned, / 127 signed. A pooling has its input's, what is joined by routes has one (``SharedGrids``); the logits' is 1 and not used.
    /// - Throws: ``QuantizationError/noPictures(role:)`` before any picture was seen.
    package func scales(_ method: CalibrationMethod) throws(QuantizationError) -> [ActivationScale] {
        guard pictures > 0 else { throw .noPictures(role: "calibration") }
        let network = plan.network
        let signed = ActivationSigns.areSigned(network)
        var scales: [ActivationScale] = []
        for (index, layer) in network.layers.enumerated() {
            if index == network.layers.count - 1 {
                scales.append(ActivationScale(scale: 1, isSigned: true))
            } else if layer.kind.keepsGrid {
                scales.append(scales[layer.inputs[0]])
            } else {
                let histogram = histograms[index]
                if !signed[index], histogram.minimum < 0 { throw .negativeAfterActivation(layer: layer.name, got: histogram.minimum) }
                let magnitude = histogram.range(method, levels: signed[index] ? 127 : 255)
                let scale = magnitude / (signed[index] ? 127 : 255)
                // A layer that was always zero (or beneath what a float divides by) is held on any grid.
                scales.append(ActivationScale(scale: scale.isNormal ? scale : 1, isSigned: signed[index]))
            }
        }
        return SharedGrids(network).unified(scales)
    }

    /// The range of every channel of every layer.
    package func channelRanges(_ method: CalibrationMethod) -> [[Double]] {
        zip(channelHistograms, ActivationSigns.areSigned(plan.network)).map { $0.ranges(method, levels: $1 ? 127 : 255) }
    }

    /// E[x] of every channel of every layer.
    package var channelMeans: [[Double]] { channelHistograms.map(\.means) }
}
