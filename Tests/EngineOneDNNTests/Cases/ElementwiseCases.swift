import Engine

extension ConformanceCase {
    /// Batch norm alone, with each activation, with an addition, with both; activations and additions without a norm.
    static var norms: [ConformanceCase] {
        var cases: [ConformanceCase] = []
        for (number, activation) in ([nil] + Activation.allCases).enumerated() {
            let channels = [12, 20, 58, 60, 16, 3, 24][number % 7], batch = number % 2 == 0 ? 3 : 1
            let label = activation.map(\.rawValue) ?? "no activation"
            cases.append(
                ConformanceCase("norm, \(label)", batch: batch, side: 7, channels: channels) {
                    let x = $0.batchNorm("n", $1, epsilon: number % 2 == 0 ? 1e-5 : 1e-3, momentum: number % 2 == 0 ? 0.1 : 0.01)
                    // The mean of a norm's result is its shift: without an activation behind it, something must read its pixels.
                    guard let activation else { return $0.activation(.relu, $0.convolution("c", x, outputs: 12, kernel: 3)) }
                    return $0.activation(activation, x)
                })
            guard let activation else { continue }
            cases.append(
                ConformanceCase("\(label) without a norm", batch: batch, side: 9, channels: channels) {
                    $0.activation(activation, $1)
                })
            cases.append(
                ConformanceCase("norm plus residual, \(label)", batch: 3, side: 5, channels: channels) {
                    let x = $0.batchNorm("n", $0.convolution("c", $1, outputs: channels, kernel: 3))
                    return $0.activation(activation, $0.add($1, x))
                })
        }
        return cases
    }

    /// Results with several readers, additions without a norm, chains of additions.
    static var additions: [ConformanceCase] {
        [
            ConformanceCase("an addition of two convolutions", batch: 3, side: 7, channels: 20) {
                $0.add($0.convolution("a", $1, outputs: 12, kernel: 3), $0.convolution("b", $1, outputs: 12, kernel: 1))
            },
            ConformanceCase("two norms added", batch: 1, side: 9, channels: 12) {
                let a = $0.batchNorm("n", $0.convolution("a", $1, outputs: 20, kernel: 3))
                let b = $0.batchNorm("m", $0.convolution("b", $1, outputs: 20, kernel: 1))
                return $0.activation(.relu, $0.add(a, b))
            },
            ConformanceCase("a result with three readers", batch: 3, side: 9, channels: 12) {
                let x = $0.activation(.silu, $0.batchNorm("n", $1))
                let a = $0.batchNorm("na", $0.convolution("a", x, outputs: 12, kernel: 3))
                let b = $0.batchNorm("nb", $0.convolution("b", x, outputs: 12, kernel: 5, groups: 12))
                return $0.add($0.add(x, a), b)
            },
            residualBlocks,
            ConformanceCase("an addition read by pooling and by a convolution", batch: 2, side: 9, channels: 12) {
                let sum = $0.activation(.relu, $0.add($1, $0.batchNorm("n", $0.convolution("a", $1, outputs: 12, kernel: 3))))
                let pooled = $0.maxPool(sum, kernel: 3, stride: 1, padding: 1)
                return $0.add($0.convolution("b", sum, outputs: 12, kernel: 1), pooled)
            },
        ]
    }

    /// Three of MobileNetV2's.
    static var residualBlocks: ConformanceCase {
        ConformanceCase("residual blocks behind one another", batch: 3, side: 9, channels: 20) {
            var x = $1
            for block in 0..<3 {
                var y = $0.convolution("\(block).a", x, outputs: 58, kernel: 1)
                y = $0.activation(.relu6, $0.batchNorm("\(block).na", y))
                y = $0.activation(
                    .relu6, $0.batchNorm("\(block).nb", $0.convolution("\(block).b", y, outputs: 58, kernel: 3, groups: 58)))
                y = $0.batchNorm("\(block).nc", $0.convolution("\(block).c", y, outputs: 20, kernel: 1))
                x = $0.add(x, y)
            }
            return x
        }
    }

    /// A norm that reads what others read too, and one that reads no convolution.
    static var unfoldable: [ConformanceCase] {
        [
            ConformanceCase("norm plus its own input", batch: 3, side: 7, channels: 20) { $0.add($0.batchNorm("n", $1), $1) },
            ConformanceCase("a norm of a pooled picture", batch: 3, side: 9, channels: 12) {
                $0.activation(.relu, $0.batchNorm("n", $0.maxPool($1, kernel: 2, stride: 2)))
            },
        ]
    }

    /// Squeeze-and-excite with each gate, plain or behind an activation; features through several linear layers.
    static var squeezes: [ConformanceCase] {
        let settings: [(Int, Int, Activation, Activation, Int, Int)] = [
            (12, 3, .relu, .sigmoid, 7, 3), (20, 5, .silu, .sigmoid, 9, 1), (58, 16, .relu, .hardSigmoid, 7, 3),
            (60, 8, .hardSwish, .hardSigmoid, 13, 1),
        ]
        func squeeze(_ builder: inout GraphBuilder, _ x: Int, _ middle: Int, _ activation: Activation, _ gate: Activation) -> Int {
            var s = builder.linear("reduce", builder.globalAveragePool(x), outputs: middle, isPointwise: true)
            s = builder.activation(activation, s)
            s = builder.linear("expand", s, outputs: builder.channels(of: x), isPointwise: true)
            return builder.channelScale(x, by: builder.activation(gate, s))
        }
        return settings.map { channels, middle, activation, gate, side, batch in
            ConformanceCase("squeeze \(channels) to \(middle), \(activation), \(gate)", batch: batch, side: side, channels: channels) {
                var x = $0.activation(activation, $0.batchNorm("n", $1))
                x = squeeze(&$0, x, middle, activation, gate)
                return $0.activation(.relu, $0.batchNorm("nc", $0.convolution("c", x, outputs: 20, kernel: 1)))
            }
        } + [
            ConformanceCase("squeeze of a result that is added too", batch: 3, side: 7, channels: 20) {
                let x = $0.activation(.silu, $0.batchNorm("n", $0.convolution("c", $1, outputs: 20, kernel: 3, groups: 20)))
                return $0.add($1, squeeze(&$0, x, 5, .silu, .sigmoid))
            },
            featureCase,
        ]
    }

    private static var featureCase: ConformanceCase {
        var builder = GraphBuilder(architecture: "features")
        var x = builder.convolution("stem", builder.input, outputs: 20, kernel: 3, hasBias: true)
        x = builder.linear("hidden", builder.globalAveragePool(x), outputs: 58, isPointwise: true)
        x = builder.linear("more", builder.activation(.hardSwish, x), outputs: 13, hasBias: false)
        return ConformanceCase(
            "linear layers behind one another", batch: 3, side: 7, builder.head("head", builder.activation(.relu, x), classes: classes))
    }
}
