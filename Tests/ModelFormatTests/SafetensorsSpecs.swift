import Base
import Foundation
import ModelFormat
import Tensors
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsSpecs {
    @Test("a file written by Python is read value for value, in every element type")
    func readsEveryType() throws {
        // Given a file of torch and safetensors
        let data = try #require(Data(base64Encoded: SafetensorsFixture.everyType))
        // When it is read
        let file = try Safetensors.parse(data)
        // Then each tensor has the values it was made from
        #expect(file.tensors.count == 9)
        #expect(file.metadata == ["note": "quote \" slash / backslash \\ tab\t zellkörper"])
        let f32 = try #require(file.tensors["f32"]).floats()
        #expect(f32.shape == [2, 3])
        #expect(
            f32.values.map(\.bitPattern)
                == [1.5, -0.0, Float.greatestFiniteMagnitude, Float.leastNonzeroMagnitude, -2.25, 0.1].map(\.bitPattern))
        #expect(try #require(file.tensors["f16"]).floats().values == [1, -65504, 5.960464477539063e-08, 0.333251953125])
        #expect(try #require(file.tensors["bf16"]).floats().values == [1, -3.140625, Float(bitPattern: 0x0001_0000)])
        #expect(try #require(file.tensors["f64"]).floats().values == [0.1, -Float.infinity, 2])
        #expect(try #require(file.tensors["i8"]).int8s() == [-128, 127, 0, -1])
        #expect(try #require(file.tensors["u8"]).bytes == Data([0, 255]))
        #expect(try #require(file.tensors["i32"]).integers() == [-2_147_483_648, 2_147_483_647])
        let scalar = try #require(file.tensors["i64"])
        #expect(scalar.shape == [])
        #expect(try scalar.integers() == [Int64.min])
        #expect(try #require(file.tensors["empty"]).floats().shape == [0, 3])
    }

    @Test("writing the same tensors gives the bytes that Python gives")
    func writesTheSameBytes() throws {
        let data = try #require(Data(base64Encoded: SafetensorsFixture.everyType))
        let file = try Safetensors.parse(data)
        let written = try Safetensors.encode(file.tensors.map { ($0.key, $0.value) }, metadata: file.metadata)
        #expect(written == data)
    }

    @Test("integers are not taken for floats, nor floats for integers")
    func keepsTypesApart() throws {
        let file = try Safetensors.parse(try #require(Data(base64Encoded: SafetensorsFixture.everyType)))
        #expect(throws: ModelFormatError.self) { try file.tensors["i8"]?.floats() }
        #expect(throws: ModelFormatError.self) { try file.tensors["f32"]?.int8s() }
        #expect(throws: ModelFormatError.self) { try file.tensors["u8"]?.integers() }
    }

    /// Tensors, numbers, L2 norm and sum in float64, by numpy 2.4.6 from the same files.
    @Test(
        "published weights are read as numpy reads them",
        arguments: [
            ("mobilenet_v2", 314, 3_538_984, 395.6501505496412, 18023.698385357857),
            ("mobilenetv1_100", 164, 4_253_864, 878.6572488436525, 31182.451103508472),
            ("squeezenet1_0", 52, 1_248_424, 692.8085630179323, -2466.5254501104355),
        ])
    func readsPublishedWeights(name: String, tensors: Int, numbers: Int, norm: Double, sum: Double) throws {
        guard let url = TestSupport.shared("weights/\(name).safetensors") else {
            print("skipped: ../shared/weights/\(name).safetensors is absent")
            return
        }
        let file = try Safetensors.read(url)
        #expect(file.tensors.count == tensors)
        var (count, squares, total) = (0, 0.0, 0.0)
        for tensor in file.tensors.values where tensor.elementType.isFloatingPoint {
            for value in try tensor.floats().values {
                count += 1
                squares += Double(value) * Double(value)
                total += Double(value)
            }
        }
        #expect(count == numbers)
        #expect(abs(squares.squareRoot() - norm) < 1e-9 * norm)
        #expect(abs(total - sum) < 1e-9 * abs(sum))
        // And the header alone tells the same shapes
        let header = try Safetensors.header(of: url)
        #expect(Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0.shape) }) == file.tensors.mapValues(\.shape))
    }

    @Test("equal tensors in another order are equal bytes")
    func isDeterministic() throws {
        let a = ("a", StoredTensor([1, 2])), b = ("b", try StoredTensor([3], shape: [1]))
        let metadata = ["x": "1", "y": "2", "z": "3"]
        #expect(try Safetensors.encode([a, b], metadata: metadata) == Safetensors.encode([b, a], metadata: metadata))
    }

    @Test("a name cannot be written twice")
    func refusesDuplicateNames() {
        #expect(throws: ModelFormatError.duplicateName("a")) {
            try Safetensors.encode([("a", StoredTensor([1])), ("a", StoredTensor([2]))])
        }
        #expect(throws: ModelFormatError.duplicateName("__metadata__")) { try Safetensors.encode([("__metadata__", StoredTensor([1]))]) }
    }

    @Test("a written file is there whole, and nothing is left beside it")
    func writesAtomically() throws {
        let directory = try TestSupport.temporaryDirectory()
        let url = directory.appendingPathComponent("w.safetensors")
        let tensor = StoredTensor(try FloatTensor(shape: [2, 1], values: [.pi, -.infinity]))
        try Safetensors.write([("layer.weight", tensor)], metadata: ["k": "v"], to: url)
        let file = try Safetensors.read(url)
        #expect(file == SafetensorsFile(tensors: ["layer.weight": tensor], metadata: ["k": "v"]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["w.safetensors"])
    }

    @Test("what is no regular file is not read")
    func refusesOddFiles() throws {
        let directory = try TestSupport.temporaryDirectory()
        #expect(throws: ModelFormatError.self) { try Safetensors.read(directory) }
        #expect(throws: ModelFormatError.self) { try Safetensors.read(directory.appendingPathComponent("none")) }
        let fifo = directory.appendingPathComponent("fifo")
        #expect(mkfifo(fifo.path, 0o600) == 0)
        #expect(throws: ModelFormatError.notARegularFile(fifo.path)) { try Safetensors.read(fifo) }
    }
}
