import Engine

extension ConformanceCase {
    /// What a network without batch norms needs: biases of depthwise and of mixed convolutions, an activation right behind them.
    static var biases: [ConformanceCase] {
        func parts(_ channels: [Int], _ kernels: [Int], stride: Int = 1) -> [Convolution] {
            zip(channels, kernels).map { channels, kernel in
                Convolution(
                    inputs: channels, outputs: channels, kernel: kernel, stride: stride, padding: .symmetric(kernel / 2), groups: channels,
                    hasBias: true)
            }
        }
        return [
            ConformanceCase("depthwise 5×5 with a bias and ReLU6", batch: 2, side: 9, channels: 20) {
                $0.activation(.relu6, $0.convolution("c", $1, outputs: 20, kernel: 5, groups: 20, hasBias: true))
            },
            ConformanceCase("depthwise 3×3 at step 2 with a bias and ReLU", batch: 3, side: 14, channels: 24) {
                $0.activation(.relu, $0.convolution("c", $1, outputs: 24, kernel: 3, stride: 2, groups: 24, hasBias: true))
            },
            ConformanceCase("depthwise 3×3 with a bias, SiLU and a residual", batch: 2, side: 7, channels: 12) {
                let x = $0.convolution("c", $1, outputs: 12, kernel: 3, groups: 12, hasBias: true)
                return $0.activation(.silu, $0.add(x, $1))
            },
            ConformanceCase("mixed depthwise with a bias", batch: 2, side: 9, channels: 33) {
                $0.activation(.relu, $0.mixedConvolution("m", $1, parts: parts([15, 18], [3, 7])))
            },
            ConformanceCase("mixed 1×1 with a bias", batch: 2, side: 7, channels: 20) {
                let part = Convolution(inputs: 10, outputs: 13, kernel: 1, hasBias: true)
                return $0.mixedConvolution("m", $1, parts: [part, part])
            },
        ]
    }

    /// Networks that round as int8 does: what is rounded is read by several, joined, pooled, scaled.
    static var fakeQuantisations: [ConformanceCase] {
        func unsigned(_ scale: Float) -> ActivationScale { ActivationScale(scale: scale, isSigned: false) }
        func signed(_ scale: Float) -> ActivationScale { ActivationScale(scale: scale, isSigned: true) }
        return [
            ConformanceCase("fake quantisation of both signs, with numbers beyond the grid", batch: 2, side: 9, channels: 20) {
                let x = $0.fakeQuantisation($1, signed(0.011))
                let y = $0.activation(.relu6, $0.convolution("c", x, outputs: 20, kernel: 3, groups: 20, hasBias: true))
                let z = $0.convolution("d", $0.fakeQuantisation(y, unsigned(0.009)), outputs: 20, kernel: 1, hasBias: true)
                return $0.fakeQuantisation($0.add(z, x), signed(0.02))
            },
            ConformanceCase("fake quantisation read by a pool, a gate and a join", batch: 2, side: 8, channels: 12) {
                let x = $0.fakeQuantisation($0.activation(.hardSwish, $1), signed(0.017))
                let gate = $0.activation(.hardSigmoid, $0.linear("g", $0.globalAveragePool(x), outputs: 12))
                let scaled = $0.fakeQuantisation($0.channelScale(x, by: gate), signed(0.013))
                // A grid of its own: on that of x a mean of four levels would often lie half way between two, where float32 may round to the other one.
                let pooled = $0.fakeQuantisation($0.averagePool(x, kernel: 3, stride: 1, padding: 1), signed(0.0193))
                return $0.fakeQuantisation($0.concatenate([scaled, pooled]), signed(0.02))
            },
        ]
    }
}
