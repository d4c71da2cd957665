import Engine

extension ConformanceCase {
    /// What int8 plans have ways of their own for: depthwise, 3×3 and 1×1 convolutions, these also in parts, with every activation and with a residual, from signed and from unsigned
    /// pictures; channels that fill no vector; poolings, gates and rearrangements of both signs.
    static var int8: [ConformanceCase] {
        var cases: [ConformanceCase] = []
        for (number, activation) in ([nil] + Activation.allCases).enumerated() {
            let isSigned = number % 2 == 0, channels = [13, 24, 40, 7, 18, 33, 64][number]
            func source(_ builder: inout GraphBuilder, _ x: Int) -> Int { isSigned ? x : builder.activation(.relu, x) }
            let label = "\(activation.map(\.rawValue) ?? "no activation") of a\(isSigned ? " signed" : "n unsigned") picture"
            cases.append(
                ConformanceCase("int8 1×1, \(label)", batch: 3, side: 7, channels: channels) {
                    let x = source(&$0, $1)
                    return ended(&$0, $0.convolution("c", x, outputs: 2 * channels + 3, kernel: 1, hasBias: true), activation)
                })
            cases.append(
                ConformanceCase("int8 depthwise plus residual, \(label)", batch: 2, side: 9, channels: channels) {
                    let x = source(&$0, $1)
                    let y = $0.convolution("c", x, outputs: channels, kernel: 3 + 2 * (number % 5), groups: channels, hasBias: true)
                    return ended(&$0, $0.add(y, x), activation)
                })
            cases.append(
                ConformanceCase("int8 3×3 plus residual, \(label)", batch: 2, side: 8, channels: channels + 20) {
                    let x = source(&$0, $1)
                    let y = $0.convolution("c", x, outputs: channels + 20, kernel: 3, hasBias: true)
                    return ended(&$0, $0.add(y, x), activation)
                })
            cases.append(
                ConformanceCase("int8 1×1 in parts plus residual, \(label)", batch: 1, side: 5, channels: 2 * channels) {
                    let x = source(&$0, $1)
                    let part = Convolution(inputs: channels, outputs: channels, kernel: 1)
                    return ended(&$0, $0.add($0.mixedConvolution("m", x, parts: [part, part]), x), activation)
                })
        }
        return cases + [
            ConformanceCase("int8 depthwise of 20 at step 3", batch: 2, side: 10, channels: 20) {
                $0.convolution("c", $1, outputs: 20, kernel: 3, stride: 3, groups: 20)
            },
            ConformanceCase("int8 ReLU6 that clips below its bound", batch: 2, side: 7, channels: 20) {
                let x = $0.activation(.relu6, $0.convolution("c", $1, outputs: 20, kernel: 3, groups: 20, hasBias: true))
                return $0.activation(.relu6, $0.convolution("d", x, outputs: 12, kernel: 1))
            },
            ConformanceCase("int8 route of both signs and grids", batch: 2, side: 7, channels: 12) {
                let bounded = $0.activation(.relu6, $0.convolution("b", $1, outputs: 5, kernel: 1))
                let signed = $0.convolution("s", $1, outputs: 19, kernel: 3)
                return $0.shuffle($0.concatenate([bounded, signed, $1]), groups: 3)
            },
            ConformanceCase("int8 SiLU read by a gate, a mean and a pool", batch: 2, side: 9, channels: 20) {
                let x = $0.activation(.silu, $0.convolution("c", $1, outputs: 20, kernel: 5, groups: 20))
                let gate = $0.activation(.hardSigmoid, $0.linear("g", $0.globalAveragePool(x), outputs: 20))
                return $0.add($0.channelScale(x, by: gate), $0.averagePool(x, kernel: 3, stride: 1, padding: 1))
            },
        ]
    }

    private static func ended(_ builder: inout GraphBuilder, _ x: Int, _ activation: Activation?) -> Int {
        activation.map { builder.activation($0, x) } ?? x
    }
}
