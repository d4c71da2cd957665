import Engine
import Foundation
import Testing

@Suite("Padding and windows")
struct PaddingSpecs {
    @Test(
        "same padding gives ceil(side / stride) results, the greater half behind",
        // TensorFlow's tf.nn "SAME": total = max((ceil(side/stride) - 1)·stride + kernel - side, 0), before = total / 2.
        arguments: [(224, 3, 2, 0, 1), (225, 3, 2, 1, 1), (7, 3, 1, 1, 1), (13, 5, 2, 2, 2), (14, 5, 2, 1, 2), (8, 1, 2, 0, 0)])
    func same(side: Int, kernel: Int, stride: Int, before: Int, after: Int) {
        #expect(Padding.same.pixels(side: side, kernel: kernel, stride: stride) == (before, after))
        #expect(Padding.same.outputSide(side, kernel: kernel, stride: stride) == (side + stride - 1) / stride)
    }

    @Test(
        "pooling in ceil mode counts a last window that begins inside the picture",
        // torch.nn.MaxPool2d(3, 2, ceil_mode=True) and (3, 2, 1, ceil_mode=True), PyTorch 2.13.
        arguments: [(7, 0, 3), (8, 0, 4), (13, 0, 6), (109, 0, 54), (6, 1, 4), (2, 0, 1), (5, 1, 3)])
    func ceilMode(side: Int, padding: Int, result: Int) {
        let pool = MaxPool(kernel: 3, stride: 2, padding: .symmetric(padding), ceilMode: true)
        #expect(pool.outputSide(side) == result)
        // The pixels around the picture let exactly so many windows fit.
        let (before, after) = pool.pixels(side: side)
        #expect((side + before + after - 3) / 2 + 1 == result)
    }

    @Test("is a number or a word in files, and nothing else")
    func coding() throws {
        let decoder = JSONDecoder()
        #expect(try decoder.decode([Padding].self, from: Data("[2, \"same\"]".utf8)) == [.symmetric(2), .same])
        #expect(String(decoding: try JSONEncoder().encode([Padding.symmetric(2), .same]), as: UTF8.self) == "[2,\"same\"]")
        for text in ["[-1]", "[4000]", "[\"valid\"]", "[null]"] {
            #expect(throws: DecodingError.self) { _ = try decoder.decode([Padding].self, from: Data(text.utf8)) }
        }
    }
}
