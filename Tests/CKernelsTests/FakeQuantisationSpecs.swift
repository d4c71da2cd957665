import CKernels
import Foundation
import TestSupport
import Testing

/// Expected numbers: PyTorch's `torch.fake_quantize_per_tensor_affine` and its autograd, by `Tests/References/make_fake_quantisation.py`.
@Suite("Fake quantisation")
struct FakeQuantisationSpecs {
    private struct Fixture: Decodable {
        struct Case: Decodable {
            let grid: String
            let scale: Float
            let x: [Float]
            let y: [Float]
            let slope: [Float]
            let gradient: [Float]
        }
        let cases: [Case]
    }

    @Test("rounds to the grid, at ties to even, and passes the gradient where it rounded within the grid, as PyTorch does")
    func equalsPyTorch() throws {
        let url = TestSupport.projectDirectory.appendingPathComponent("Tests/References/fake_quantisation.json")
        for one in try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases {
            // Given numbers inside, at and beyond the ends of a grid: so many that whole vectors and a rest are met
            let (low, high): (Float, Float) = one.grid == "signed" ? (-128, 127) : (0, 255)
            let x = Floats(one.x), y = Floats(count: x.count), slope = Floats(one.slope), dx = Floats(count: x.count)
            // When they go forward and a gradient goes back, the latter in place too
            aliquot_fake_quantise_forward(x.pointer, y.pointer, Int64(x.count), one.scale, low, high, 2)
            aliquot_fake_quantise_backward(slope.pointer, x.pointer, dx.pointer, Int64(x.count), one.scale, low, high, 1)
            aliquot_fake_quantise_backward(slope.pointer, x.pointer, slope.pointer, Int64(x.count), one.scale, low, high, 3)
            // Then both are PyTorch's
            #expect(y.values == one.y, "\(one.grid) \(one.scale)")
            #expect(dx.values == one.gradient, "\(one.grid) \(one.scale)")
            #expect(slope.values == one.gradient, "\(one.grid) \(one.scale)")
        }
    }

    @Test("keeps what is no number, which then shows in the loss")
    func notANumber() {
        let x = Floats([Float](repeating: .nan, count: 17)), y = Floats(count: 17)
        aliquot_fake_quantise_forward(x.pointer, y.pointer, 17, 0.5, 0, 255, 1)
        let count = y.values.count { $0.isNaN }
        #expect(count == 17)
    }

    @Test("The sum of each channel, whatever the number of threads", arguments: [8, 16])
    func channelSums(lanes: Int) {
        // Given pictures whose channels do not fill the last block
        var random = RandomFloats(seed: 9)
        let x = BlockedPictures(batch: 3, channels: 2 * lanes + 3, height: 5, width: 7, lanes: lanes, random: &random)
        var results: [[Float]] = []
        for threads in [1, 2, 5] {
            let sums = Floats(count: x.channels + 1, filling: 77)
            aliquot_channel_sums(x.shape(threads: threads), Int32(x.channels), x.floats.pointer, sums.pointer)
            results.append(sums.values)
        }
        // Then each sum is that of float64, and nothing is written behind the last channel
        for channel in 0..<x.channels {
            var expected = 0.0
            for n in 0..<x.batch { for p in 0..<x.pixels { expected += Double(x[n, channel, p]) } }
            #expect(abs(Double(results[0][channel]) - expected) < 1e-5)
        }
        #expect(results[0][x.channels] == 77)
        #expect(results[1] == results[0] && results[2] == results[0])
    }
}
