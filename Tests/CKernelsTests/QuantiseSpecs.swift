import CKernels
import Testing

@Suite("Pictures to 8 bits")
struct QuantiseSpecs {
    @Test("are woven channel by channel, rounded half to even and cut off at 127, in whole pieces and in the rest", arguments: [1, 2])
    func equalsPlainLoops(threads: Int32) {
        // Given two pictures of 600 pixels (two pieces of 256 and a rest), with ties and values beyond the range
        let (count, channels, pixels) = (2, 3, 600)
        let x = (0..<(count * channels * pixels)).map { Float(($0 * 37) % 1201 - 600) * 0.125 }
        var q = [Int8](repeating: 0, count: x.count)
        // When they are quantised in steps of 1/4
        aliquot_quantise_pictures(Int32(count), Int32(channels), Int32(pixels), x, 4, &q, threads)
        // Then each is the nearest step, ties to even
        for picture in 0..<count {
            for channel in 0..<channels {
                for pixel in 0..<pixels {
                    let value = (x[(picture * channels + channel) * pixels + pixel] * 4).rounded(.toNearestOrEven)
                    #expect(q[(picture * pixels + pixel) * channels + channel] == Int8(min(max(value, -127), 127)))
                }
            }
        }
    }
}
