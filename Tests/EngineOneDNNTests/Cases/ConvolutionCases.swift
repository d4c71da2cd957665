import Engine

extension ConformanceCase {
    /// Dense and grouped convolutions: channels that fill no block, odd sides, both strides, kernels that reach beyond the picture, both paddings.
    static var convolutions: [ConformanceCase] {
        // inputs, outputs, kernel, stride, groups, bias, side, batch
        let settings: [(Int, Int, Int, Int, Int, Bool, Int, Int)] = [
            (3, 12, 1, 1, 1, false, 7, 1), (12, 20, 1, 1, 1, true, 13, 3), (58, 60, 1, 1, 1, false, 9, 3), (60, 58, 1, 2, 1, false, 9, 1),
            (16, 64, 1, 1, 1, false, 7, 3), (12, 20, 3, 1, 1, false, 9, 3), (20, 12, 3, 2, 1, true, 13, 1), (20, 58, 3, 1, 1, false, 7, 1),
            (12, 3, 3, 2, 1, false, 33, 3), (12, 20, 5, 1, 1, false, 9, 1), (20, 12, 5, 2, 1, true, 13, 3), (12, 20, 7, 2, 1, false, 13, 3),
            (3, 20, 7, 1, 1, false, 7, 1), (12, 20, 3, 1, 4, true, 9, 3), (60, 60, 3, 2, 5, false, 9, 1), (58, 20, 1, 1, 2, false, 7, 3),
            (24, 48, 3, 1, 3, false, 7, 1), (5, 7, 3, 1, 1, true, 2, 3), (12, 20, 3, 2, 1, false, 1, 3), (17, 33, 3, 1, 1, false, 5, 2),
            (20, 40, 3, 1, 1, true, 1, 3), (24, 48, 3, 1, 3, false, 2, 2), (16, 12, 5, 1, 1, false, 3, 2), (16, 12, 5, 2, 1, true, 4, 3),
        ]
        return settings.map { inputs, outputs, kernel, stride, groups, hasBias, side, batch in
            ConformanceCase(
                "convolution \(inputs) to \(outputs), \(kernel)×\(kernel) step \(stride), groups \(groups)\(hasBias ? ", bias" : "")",
                batch: batch, side: side, channels: inputs
            ) {
                $0.convolution("c", $1, outputs: outputs, kernel: kernel, stride: stride, groups: groups, hasBias: hasBias)
            }
        } + unusualPaddings
    }

    /// TensorFlow's "same", none at all, and a convolution as the last node before the global mean (SqueezeNet's head).
    private static var unusualPaddings: [ConformanceCase] {
        var cases = [2, 7, 8, 13].flatMap { side in
            [1, 3, 5].map { kernel in
                ConformanceCase("convolution \(kernel)×\(kernel), same padding, step 2", batch: 2, side: side, channels: 12) {
                    $0.convolution("c", $1, outputs: 20, kernel: kernel, stride: 2, padding: .same)
                }
            }
        }
        cases.append(
            ConformanceCase("convolution 3×3 without padding", batch: 3, side: 9, channels: 12) {
                $0.convolution("c", $1, outputs: 20, kernel: 3, padding: .symmetric(0), hasBias: true)
            })
        for (kernel, stride, padding) in [(3, 2, Padding.same), (7, 2, .symmetric(3)), (7, 2, .symmetric(0)), (1, 1, .symmetric(0))] {
            var builder = GraphBuilder(architecture: "stem")
            let x = builder.convolution(
                "stem", builder.input, outputs: 20, kernel: kernel, stride: stride, padding: padding, hasBias: kernel == 7)
            cases.append(
                ConformanceCase(
                    "first convolution \(kernel)×\(kernel) step \(stride) \(padding)", batch: 3, side: 33,
                    builder.head("head", builder.globalAveragePool(x), classes: classes)))
        }
        var builder = GraphBuilder(architecture: "head")
        var x = builder.activation(.relu, builder.convolution("stem", builder.input, outputs: 12, kernel: 3, hasBias: true))
        x = builder.activation(.relu, builder.convolution("head", x, outputs: classes, kernel: 1, hasBias: true))
        _ = builder.globalAveragePool(x)
        cases.append(ConformanceCase("head is a convolution", batch: 3, side: 9, builder.graph(headName: "head", classes: classes)))
        return cases
    }

    /// Depthwise convolutions with every kernel that a network here has.
    static var depthwise: [ConformanceCase] {
        // channels, kernel, stride, side, batch
        let settings: [(Int, Int, Int, Int, Int)] = [
            (12, 3, 1, 7, 3), (20, 3, 2, 9, 1), (58, 3, 1, 13, 1), (60, 3, 2, 33, 1), (16, 3, 1, 9, 3), (12, 5, 1, 9, 3), (20, 5, 2, 13, 1),
            (58, 5, 2, 7, 3), (60, 7, 1, 9, 1), (12, 7, 2, 13, 3), (20, 9, 1, 7, 3), (60, 9, 2, 13, 1), (58, 11, 1, 9, 1),
            (12, 11, 2, 33, 3),
            (20, 11, 1, 2, 3), (12, 5, 1, 1, 3), (24, 1, 1, 7, 2), (3, 3, 2, 7, 1), (12, 3, 2, 2, 2),
        ]
        var cases = settings.map { channels, kernel, stride, side, batch in
            ConformanceCase("depthwise \(channels), \(kernel)×\(kernel) step \(stride)", batch: batch, side: side, channels: channels) {
                $0.convolution("c", $1, outputs: channels, kernel: kernel, stride: stride, groups: channels)
            }
        }
        for (kernel, side) in [(3, 7), (3, 8), (5, 13), (5, 14)] {
            cases.append(
                ConformanceCase("depthwise 20, \(kernel)×\(kernel) step 2, same padding", batch: 2, side: side, channels: 20) {
                    $0.convolution("c", $1, outputs: 20, kernel: kernel, stride: 2, padding: .same, groups: 20)
                })
        }
        cases.append(
            ConformanceCase("depthwise 20 with a bias", batch: 2, side: 9, channels: 20) {
                $0.convolution("c", $1, outputs: 20, kernel: 3, groups: 20, hasBias: true)
            })
        return cases
    }

    /// MixNet's: depthwise parts of several kernels, and 1×1 convolutions in two parts; parts whose borders lie within a block.
    static var mixedConvolutions: [ConformanceCase] {
        // parts' channels, kernels, stride, side, batch
        let depthwise: [([Int], [Int], Int, Int, Int)] = [
            ([12, 12], [3, 5], 1, 9, 3), ([48, 48], [3, 5], 2, 7, 1), ([20, 20, 20], [3, 5, 7], 1, 13, 1),
            ([22, 18, 18], [3, 5, 7], 2, 13, 3),
            ([15, 15, 15, 15], [3, 5, 7, 9], 1, 7, 3), ([16, 12, 12, 12, 12], [3, 5, 7, 9, 11], 2, 13, 1), ([3, 3], [3, 5], 1, 9, 1),
            ([32, 16, 16], [3, 5, 7], 2, 33, 1), ([15, 15, 15, 15], [3, 5, 7, 9], 2, 2, 3),
        ]
        let pointwise: [([Int], [Int], Int, Int)] = [
            ([8, 8], [24, 24], 9, 3), ([12, 12], [36, 36], 7, 1), ([30, 30], [20, 20], 13, 3), ([29, 29], [10, 10], 7, 1),
            ([16, 16], [48, 48], 7, 2),
        ]
        return depthwise.map { channels, kernels, stride, side, batch in
            ConformanceCase(
                "mixed depthwise \(channels) \(kernels) step \(stride)", batch: batch, side: side, channels: channels.reduce(0, +)
            ) {
                let parts = zip(channels, kernels).map { channels, kernel in
                    Convolution(
                        inputs: channels, outputs: channels, kernel: kernel, stride: stride, padding: .symmetric(kernel / 2),
                        groups: channels)
                }
                return $0.mixedConvolution("m", $1, parts: parts)
            }
        }
            + pointwise.map { inputs, outputs, side, batch in
                ConformanceCase("mixed 1×1 \(inputs) to \(outputs)", batch: batch, side: side, channels: inputs.reduce(0, +)) {
                    $0.mixedConvolution("m", $1, parts: zip(inputs, outputs).map { Convolution(inputs: $0, outputs: $1, kernel: 1) })
                }
            }
    }
}
