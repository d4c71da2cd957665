import Engine

extension ConformanceCase {
    static var pools: [ConformanceCase] {
        // kernel, stride, padding, ceil, side, batch, channels
        let settings: [(Int, Int, Padding, Bool, Int, Int, Int)] = [
            (3, 2, .symmetric(1), false, 7, 3, 12), (3, 2, .symmetric(1), false, 33, 1, 20), (2, 2, .symmetric(0), false, 9, 3, 58),
            (3, 2, .symmetric(0), true, 7, 1, 60), (3, 2, .symmetric(0), true, 8, 3, 12), (3, 2, .symmetric(0), true, 13, 3, 20),
            (3, 2, .symmetric(0), true, 6, 1, 20), (3, 1, .symmetric(1), false, 9, 1, 3), (3, 2, .same, false, 8, 3, 20),
            (3, 2, .symmetric(1), true, 6, 2, 16), (3, 2, .symmetric(0), true, 2, 2, 20),
        ]
        var cases = settings.map { kernel, stride, padding, ceilMode, side, batch, channels in
            ConformanceCase(
                "max pooling \(kernel) step \(stride) \(padding)\(ceilMode ? ", ceil" : "")", batch: batch, side: side, channels: channels
            ) {
                $0.maxPool($1, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)
            }
        }
        for (kernel, stride, padding, side, channels) in [
            (2, 2, Padding.symmetric(0), 9, 20), (3, 2, .symmetric(1), 7, 12), (3, 1, .symmetric(1), 9, 58), (3, 2, .same, 8, 60),
        ] {
            cases.append(
                ConformanceCase("average pooling \(kernel) step \(stride) \(padding)", batch: 3, side: side, channels: channels) {
                    $0.averagePool($1, kernel: kernel, stride: stride, padding: padding)
                })
        }
        cases.append(
            ConformanceCase("max pooling of a result with two readers", batch: 3, side: 9, channels: 12) {
                let x = $0.activation(.relu, $0.batchNorm("n", $1))
                return $0.add(
                    $0.maxPool(x, kernel: 3, stride: 2, padding: 1), $0.convolution("c", x, outputs: 12, kernel: 3, stride: 2))
            })
        return cases
    }

    /// Concatenation, slices and shuffles, alone and as ShuffleNet and SqueezeNet put them together.
    static var routes: [ConformanceCase] {
        func unit(_ builder: inout GraphBuilder, _ name: String, _ input: Int) -> Int {
            let half = builder.channels(of: input) / 2
            let halves = builder.split(input, into: [half, half])
            var x = builder.activation(
                .relu, builder.batchNorm("\(name).na", builder.convolution("\(name).a", halves[1], outputs: half, kernel: 1)))
            x = builder.batchNorm("\(name).nb", builder.convolution("\(name).b", x, outputs: half, kernel: 3, groups: half))
            x = builder.activation(.relu, builder.batchNorm("\(name).nc", builder.convolution("\(name).c", x, outputs: half, kernel: 1)))
            return builder.shuffle(builder.concatenate([halves[0], x]), groups: 2)
        }
        return [
            ConformanceCase("concatenation of 12 and 20", batch: 3, side: 7, channels: 12) {
                $0.concatenate([$1, $0.convolution("c", $1, outputs: 20, kernel: 1)])
            },
            ConformanceCase("concatenation of 58 and 3 and 16", batch: 1, side: 9, channels: 12) {
                $0.concatenate([
                    $0.convolution("a", $1, outputs: 58, kernel: 1), $0.convolution("b", $1, outputs: 3, kernel: 3),
                    $0.convolution("c", $1, outputs: 16, kernel: 1),
                ])
            },
            ConformanceCase("slices from within a block", batch: 3, side: 7, channels: 60) {
                let parts = $0.split($1, into: [13, 20, 27])
                let outer = $0.convolution("a", $0.concatenate([parts[2], parts[0]]), outputs: 12, kernel: 1)
                return $0.add($0.convolution("c", parts[1], outputs: 12, kernel: 3), outer)
            },
            ConformanceCase("a shuffle of 58 in two groups", batch: 3, side: 7, channels: 58) {
                $0.convolution("c", $0.shuffle($1, groups: 2), outputs: 12, kernel: 1)
            },
            ConformanceCase("a shuffle of 60 in five groups", batch: 1, side: 9, channels: 60) {
                $0.convolution("c", $0.shuffle($1, groups: 5), outputs: 12, kernel: 1)
            },
            ConformanceCase("a shuffle as the last before the mean", batch: 2, side: 7, channels: 20) { $0.shuffle($1, groups: 4) },
            ConformanceCase("ShuffleNet units of 116", batch: 3, side: 7, channels: 116) { unit(&$0, "v", unit(&$0, "u", $1)) },
            ConformanceCase("ShuffleNet units of 24", batch: 1, side: 9, channels: 24) { unit(&$0, "v", unit(&$0, "u", $1)) },
            ConformanceCase("a Fire module and its pool", batch: 3, side: 13, channels: 20) {
                let x = $0.activation(.relu, $0.convolution("s", $1, outputs: 12, kernel: 1, hasBias: true))
                let a = $0.activation(.relu, $0.convolution("a", x, outputs: 20, kernel: 1, hasBias: true))
                let b = $0.activation(.relu, $0.convolution("b", x, outputs: 20, kernel: 3, hasBias: true))
                return $0.maxPool($0.concatenate([a, b]), kernel: 3, stride: 2, ceilMode: true)
            },
            ConformanceCase("the same channels twice", batch: 2, side: 7, channels: 12) { $0.concatenate([$1, $1]) },
        ]
    }

    static let all = convolutions + depthwise + mixedConvolutions + norms + additions + squeezes + pools + routes
}
