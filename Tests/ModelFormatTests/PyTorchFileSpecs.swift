import Foundation
import ModelFormat
import TestSupport
import Testing

@Suite("PyTorch state dictionaries")
struct PyTorchFileSpecs {
    let directory: URL

    init() throws { directory = try TestSupport.temporaryDirectory() }

    private func floats(_ tensor: StoredTensor?) throws -> [Float] { try #require(tensor).floats().values }

    @Test(
        "every kind of tensor is read from either format, whatever the protocol",
        arguments: ["kinds", "kinds_old", "kinds_protocol_4", "kinds_old_protocol_4", "no_checksums"])
    func readsEveryKind(name: String) throws {
        // Given w = 0…23 as [2, 3, 4], views of it, and numbers of other types (make_pytorch_files.py)
        let tensors = try PyTorchFixture.readAll(PyTorchFixture.bytes(name), in: directory)
        // When they are read, then all are there
        #expect(tensors.count == 14)
        #expect(tensors["whole"]?.shape == [2, 3, 4])
        #expect(try floats(tensors["whole"]) == (0..<24).map { Float($0) })
        // permute(2, 0, 1): element [i, j, k] is w[j, k, i] = 12 j + 4 k + i
        #expect(tensors["permuted"]?.shape == [4, 2, 3])
        var permuted: [Float] = []
        for i in 0..<4 { for j in 0..<2 { for k in 0..<3 { permuted.append(Float(12 * j + 4 * k + i)) } } }
        #expect(try floats(tensors["permuted"]) == permuted)
        #expect(try floats(tensors["second"]) == (12..<24).map { Float($0) })
        #expect(try floats(tensors["column"]) == [6, 18])  // w[:, 1, 2]
        #expect(try floats(tensors["parameter"]) == (0..<12).map { Float($0) })
        #expect(tensors["channels_last"]?.shape == [1, 3, 4, 2])
        #expect(try floats(tensors["channels_last"]) == (0..<24).map { Float($0) })
        #expect(tensors["scalar"]?.shape == [])
        #expect(try floats(tensors["scalar"]) == [7])
        #expect(tensors["empty"]?.shape == [0, 3])
        #expect(tensors["empty"]?.bytes.isEmpty == true)
        // Numbers that each type holds exactly; a double is rounded to the nearest float
        #expect(tensors["half"]?.elementType == .float16)
        #expect(try floats(tensors["half"]) == [1.5, -65504, 5.960464477539063e-08])
        #expect(tensors["brain"]?.elementType == .bfloat16)
        #expect(try floats(tensors["brain"]) == [1.5, -3.140625, Float(bitPattern: 1 << 16)])
        #expect(try floats(tensors["double"]) == [0.1, -1e30, 2])
        #expect(try tensors["long"]?.integers() == [-3, 1 << 40])
        #expect(tensors["byte"].map { Array($0.bytes) } == [0, 255])
        #expect(try tensors["num_batches_tracked"]?.integers() == [5])
    }

    @Test("a state dictionary is found in a checkpoint, averaged weights before others")
    func findsTheDictionary() throws {
        #expect(try PyTorchFixture.open(PyTorchFixture.url("toy")).path == [])
        #expect(try PyTorchFixture.open(PyTorchFixture.url("toy_checkpoint")).path == ["state_dict"])
        let averaged = try PyTorchFixture.open(PyTorchFixture.url("toy_averaged"))
        #expect(averaged.path == ["state_dict_ema"])
        // The averaged weights are those of `model` plus 1 (make_pytorch_files.py), and the first of those is 1
        let first = try #require(averaged.tensors.first { $0.name == "stem.conv.weight" })
        #expect(try averaged.read(first).floats().values.first == 2)
    }

    @Test("a dictionary that holds itself is read, and not for ever")
    func readsRecursion() throws {
        #expect(try floats(PyTorchFixture.readAll(PyTorchFixture.bytes("recursive"), in: directory)["a"]) == [1])
    }

    @Test("names and shapes are known without a number being read")
    func readsLazily() throws {
        // Given a file whose numbers are damaged: the last byte of the storage of `whole`, 92 bytes behind its first
        var bytes = try PyTorchFixture.bytes("kinds")
        let first = try #require(
            bytes.firstRange(
                of: (0..<24).reduce(into: Data()) { data, value in
                    withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { data.append(contentsOf: $0) }
                }))
        bytes[first.upperBound - 1] ^= 1
        let url = directory.appendingPathComponent("damaged.pth")
        try bytes.write(to: url)
        // When it is opened, then its names are there, and reading what is damaged says so
        let file = try PyTorchFixture.open(url)
        #expect(file.tensors.count == 14)
        #expect(throws: ModelFormatError.self) { try file.verify(file.tensors) }
        // And what is not damaged is read
        let half = try #require(file.tensors.first { $0.name == "half" })
        try file.verify([half])
        #expect(try file.read(half).floats().values.first == 1.5)
    }
}
