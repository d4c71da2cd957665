import Base
import Foundation
import ModelFormat
import TestSupport
import Testing

@Suite("PyTorch files from strangers")
struct HostilePyTorchSpecs {
    let directory: URL

    init() throws { directory = try TestSupport.temporaryDirectory() }

    private func refusal(_ bytes: Data) throws -> ModelFormatError? { try PyTorchFixture.refusal(bytes, in: directory) }

    /// A file of the older format whose value is `pickle` (without protocol and stop), followed by `rest`.
    private func old(_ pickle: [UInt8], keys: [UInt8] = [0x80, 2, 0x5D, 0x2E], rest: [UInt8] = []) -> Data {
        let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        return Data(magic + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + [0x80, 2, 0x7D, 0x2E] + [0x80, 2] + pickle + [0x2E] + keys + rest)
    }

    /// BINUNICODE.
    private func text(_ text: String) -> [UInt8] { [0x58, UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8) }
    /// GLOBAL.
    private func name(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    /// BININT: four bytes, signed.
    private func integer(_ value: Int32) -> [UInt8] { [0x4A] + withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    /// LONG1 of eight bytes.
    private func long(_ value: Int) -> [UInt8] { [0x8A, 8] + withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    /// `{'a': tensor}` over a storage of so many floats under the key '0'.
    private func dictionary(count: [UInt8], offset: [UInt8], shape: [[UInt8]], strides: [[UInt8]], type: String = "FloatStorage") -> [UInt8]
    {
        var pickle: [UInt8] = [0x7D] + text("a") + name("torch._utils", "_rebuild_tensor_v2") + [0x28]
        pickle += [0x28] + text("storage") + name("torch", type) + text("0") + text("cpu") + count + [0x74, 0x51]
        pickle += offset
        for numbers in [shape, strides] { pickle += [0x28] + Array(numbers.joined()) + [0x74] }
        return pickle + [0x89, 0x7D, 0x74, 0x52, 0x73]
    }

    /// The keys ['0'], and behind them the storage of the floats 0…n−1.
    private var oneKey: [UInt8] { [0x80, 2, 0x5D] + text("0") + [0x61, 0x2E] }
    private func storage(_ floats: Int) -> [UInt8] {
        var bytes = withUnsafeBytes(of: UInt64(floats).littleEndian) { [UInt8]($0) }
        for value in 0..<floats { bytes += withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { [UInt8]($0) } }
        return bytes
    }

    @Test("a call of os.system is refused by its name, in either format, and is not carried out")
    func refusesCalls() throws {
        let trace = "/tmp/aliquot-pickle-was-executed"
        #expect(try refusal(PyTorchFixture.bytes("system")) == .forbiddenName("posix.system"))
        #expect(try refusal(PyTorchFixture.bytes("system_old")) == .forbiddenName("posix.system"))
        #expect(!FileManager.default.fileExists(atPath: trace))
        #expect("\(ModelFormatError.forbiddenName("posix.system"))".contains("posix.system"))
    }

    @Test("bytes made of one text again and again are counted")
    func countsEncodedBytes() throws {
        // Given a text of 200 kB, which a few bytes more turn into bytes each time
        let count = withUnsafeBytes(of: Int32(200_000).littleEndian) { [UInt8]($0) }
        let long: [UInt8] = [0x58] + count + [UInt8](repeating: 0x61, count: 200_000)
        var pickle = name("_codecs", "encode") + [0x71, 0] + long + [0x71, 1] + text("latin1") + [0x71, 2]
        for _ in 0..<6 { pickle += [0x68, 0, 0x68, 1, 0x68, 2, 0x86, 0x52] }
        // Then a mebibyte is enough
        #expect(
            try refusal(old(pickle)) == .tooMany(what: "bytes written as texts in the pickle", got: 1_200_000, limit: 1 << 20))
    }

    @Test("a large dictionary that holds itself wherever weights may lie is looked through once")
    func looksOnce() throws {
        // Given a dictionary of many entries, itself under each key of a checkpoint, and no tensor
        let keys = ["state_dict_ema", "model_ema", "ema_state_dict", "state_dict", "model_state_dict", "model", "net"]
        var pickle: [UInt8] = [0x7D, 0x71, 0]
        for key in keys { pickle += text(key) + [0x68, 0, 0x73] }
        pickle += [0x28] + [UInt8](repeating: 0x4E, count: 200_000) + [0x75]
        // When it is read, then it is refused (in no time: a look by every way to it would take minutes)
        guard case .noStateDictionary(let found)? = try refusal(old(pickle)) else {
            Issue.record("a dictionary without tensors was not refused")
            return
        }
        #expect(found.hasPrefix("a dict of state_dict_ema (a dict), model_ema (a dict), "))
    }

    @Test(
        "every other name is refused, also under an operation that would not call it",
        arguments: [
            ("builtins", "eval"), ("os", "system"), ("torch", "load"), ("torch._utils", "_rebuild_tensor_v3"), ("torch.nn", "Linear"),
            ("collections", "defaultdict"), ("numpy.core.multiarray", "_reconstruct"), ("torch.storage", "FloatStorage"), ("", ""),
        ])
    func refusesNames(module: String, attribute: String) throws {
        #expect(try refusal(old(name(module, attribute))) == .forbiddenName("\(module).\(attribute)"))
        // STACK_GLOBAL, from two texts
        #expect(try refusal(old(text(module) + text(attribute) + [0x93])) == .forbiddenName("\(module).\(attribute)"))
    }

    @Test("what PyTorch can write and is no state dictionary is named")
    func refusesOtherContent() throws {
        #expect(try refusal(PyTorchFixture.bytes("module")) == .forbiddenName("torch.nn.modules.linear.Linear"))
        #expect(try refusal(PyTorchFixture.bytes("no_tensors")) == .noStateDictionary(found: "a dict of epoch (an int), list (a list)"))
        #expect(try refusal(PyTorchFixture.bytes("just_a_tensor")) == .noStateDictionary(found: "a tensor"))
        guard case .unknownElementType(_, "torch.ComplexFloatStorage", _)? = try refusal(PyTorchFixture.bytes("complex")) else {
            Issue.record("complex numbers were not refused")
            return
        }
        // torch.ones(1).expand(1000, 1000): a million elements in a storage of one
        #expect(
            try refusal(PyTorchFixture.bytes("expanded"))
                == .outsideStorage(tensor: "a", shape: [1000, 1000], strides: [0, 0], offset: 0, storage: 1))
    }

    @Test("archives that are not as PyTorch writes them are refused with the reason")
    func refusesOtherArchives() throws {
        guard case .unreadableEntry(_, let reason)? = try refusal(PyTorchFixture.bytes("deflated")) else {
            Issue.record("a compressed archive was not refused")
            return
        }
        #expect(reason.contains("compressed (method 8)"))
        guard case .unsupportedFormat(_, "byte order 'big'", "little")? = try refusal(PyTorchFixture.bytes("big_endian")) else {
            Issue.record("numbers of the other byte order were not refused")
            return
        }
        #expect(try refusal(PyTorchFixture.bytes("missing_storage")) == .missingEntry("toy/data/2"))
        guard case .contradiction(let detail)? = try refusal(PyTorchFixture.bytes("short_storage")) else {
            Issue.record("a storage that is too short was not refused")
            return
        }
        #expect(detail.contains("toy/data/2 has 12 bytes, its 4 elements of torch.FloatStorage need 16"))
    }

    @Test("a tensor lies inside its storage, whatever its offset, shape and strides say")
    func refusesOutsiders() throws {
        // Given a storage of six floats; a [2, 3] over it is read
        let six = integer(6)
        func file(_ offset: [UInt8], _ shape: [[UInt8]], _ strides: [[UInt8]], count: [UInt8]? = nil) -> Data {
            old(dictionary(count: count ?? six, offset: offset, shape: shape, strides: strides), keys: oneKey, rest: storage(6))
        }
        #expect(try refusal(file(integer(0), [integer(2), integer(3)], [integer(3), integer(1)])) == nil)
        // When it begins, reaches or steps outside, has more elements than the storage, or numbers that overflow, then it is refused
        let huge = long(1 << 62)
        let wrong: [([UInt8], [[UInt8]], [[UInt8]])] = [
            (integer(1), [integer(2), integer(3)], [integer(3), integer(1)]), (integer(7), [integer(0)], [integer(1)]),
            (integer(-1), [integer(1)], [integer(1)]), (integer(0), [integer(2), integer(3)], [integer(4), integer(1)]),
            (integer(5), [integer(2)], [integer(-1)]), (integer(0), [integer(7)], [integer(0)]), (integer(0), [integer(-1)], [integer(1)]),
            (huge, [integer(1)], [integer(1)]), (integer(0), [integer(3)], [huge]),
            (integer(0), [huge, integer(4)], [integer(1), integer(1)]),
            (integer(0), [huge], [integer(0)]), (integer(1), [integer(2)], [long(Int.max)]), (integer(0), [integer(2)], []),
        ]
        for (offset, shape, strides) in wrong { #expect(try refusal(file(offset, shape, strides)) != nil, "\(offset) \(shape) \(strides)") }
        // And the pickle and the bytes behind it must agree on the storage's length
        #expect(try refusal(file(integer(0), [integer(1)], [integer(1)], count: integer(7))) != nil)
        #expect(try refusal(file(integer(0), [integer(1)], [integer(1)], count: huge)) != nil)
        #expect(try refusal(file(integer(0), [integer(1)], [integer(1)], count: integer(-6))) != nil)
    }

    @Test("a view of the oldest files is read, and one outside its storage refused")
    func readsViews() throws {
        // Given ('storage', FloatStorage, '0', 'cpu', 6, ('view', offset, length)) and a tensor of two from its first element on
        func file(_ offset: Int32, _ length: Int32) -> Data {
            let view = [0x28] + text("1") + integer(offset) + integer(length) + [0x74]
            let storage =
                [0x28] + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + integer(6) + view + [0x74, 0x51]
            var tensor = name("torch._utils", "_rebuild_tensor_v2") + [0x28] + storage + integer(0)
            tensor += [0x4B, 2, 0x85, 0x4B, 1, 0x85, 0x89, 0x7D, 0x74, 0x52]
            return old([0x7D] + text("a") + tensor + [0x73], keys: oneKey, rest: self.storage(6))
        }
        #expect(try PyTorchFixture.readAll(file(3, 2), in: directory)["a"]?.floats().values == [3, 4])
        #expect(try refusal(file(3, 1)) != nil)
        #expect(try refusal(file(5, 2)) != nil)
        #expect(try refusal(file(-1, 2)) != nil)
    }

    @Test("a storage with two types, twice listed or unlisted is refused")
    func refusesContradictions() throws {
        let one = [integer(1)]
        let first = dictionary(count: integer(1), offset: integer(0), shape: one, strides: one)
        let second = dictionary(count: integer(1), offset: integer(0), shape: one, strides: one, type: "IntStorage")
        guard case .contradiction? = try refusal(old(first + [0x30] + second, keys: oneKey, rest: storage(1))) else {
            Issue.record("two types of one storage were not refused")
            return
        }
        let twice: [UInt8] = [0x80, 2, 0x5D] + text("0") + [0x61] + text("0") + [0x61, 0x2E]
        #expect(try refusal(old(first, keys: twice, rest: storage(1) + storage(1))) == .duplicateName("storage 0"))
        #expect(try refusal(old(first)) == .missingEntry("storage 0"))
    }

    @Test("lengths and nesting that no state dictionary needs are bounded")
    func isBounded() throws {
        // A text of 4 GiB, bytes of 2^63, a number remembered under nothing, a thousand and one marks, two million values
        #expect(try refusal(old([0x58, 0xFF, 0xFF, 0xFF, 0xFF])) != nil)
        #expect(try refusal(old([0x8E, 0, 0, 0, 0, 0, 0, 0, 0x80])) != nil)
        guard case .malformedPickle? = try refusal(old([0x68, 9])) else {
            Issue.record("something that was never remembered was found")
            return
        }
        #expect(try refusal(old([UInt8](repeating: 0x28, count: 1001))) == .tooMany(what: "marks in the pickle", got: 1001, limit: 1000))
        guard case .tooMany? = try refusal(old([UInt8](repeating: 0x5D, count: 2_000_000))) else {
            Issue.record("two million lists were not refused")
            return
        }
        // Pickles of more than 8 MiB: a text of 9 MiB
        let long = [0x58, 0, 0, 0x90, 0] + [UInt8](repeating: 65, count: 9 << 20)
        guard case .tooMany(what: "bytes of the pickles", _, _)? = try refusal(old(long)) else {
            Issue.record("a pickle of 9 MiB was not refused")
            return
        }
        // DUP and INT are no operations of a state dictionary
        guard case .unknownOpcode(_, code: 0x32)? = try refusal(old([0x4E, 0x32])) else {
            Issue.record("an unknown operation was not refused")
            return
        }
    }

    @Test(
        "operations on values that are not there, or of another kind, are refused",
        arguments: [
            [0x2E], [0x52], [0x62], [0x65], [0x73], [0x75], [0x74], [0x86], [0x51], [0x93], [0x28, 0x2E], [0x4E, 0x4E], [0x4E, 0x51],
            [0x4E, 0x62], [0x7D, 0x4E, 0x62],
            [0x5D, 0x28, 0x4E, 0x75], [0x7D, 0x28, 0x4E, 0x75], [0x4E, 0x28, 0x4E, 0x65], [0x4E, 0x28, 0x52], [0x28, 0x30], [0x31], [0x94],
            [0x4E, 0x28, 0x94], [0x80, 9],
        ] as [[UInt8]])
    func refusesOddOperations(pickle: [UInt8]) throws {
        #expect(try refusal(old(pickle)) != nil)
    }

    @Test("a file cut short anywhere is refused", arguments: ["kinds", "kinds_old"])
    func refusesCutFiles(name: String) throws {
        let bytes = try PyTorchFixture.bytes(name)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            let error = try refusal(bytes.prefix(length))
            #expect(error != nil, "\(length) of \(bytes.count) bytes")
        }
    }

    @Test("no mutation of a good file crashes the reader", arguments: ["kinds", "kinds_old", "toy_checkpoint", "recursive"])
    func survivesMutations(name: String) throws {
        let good = [UInt8](try PyTorchFixture.bytes(name))
        var random = SeededRandom(seed: 3)
        var refused = 0
        for _ in 0..<400 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] = [0xFF, 0, 0x80, 0x7F].randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            if try refusal(Data(bytes)) != nil { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test("what is neither format is named by how it begins")
    func refusesOtherFiles() throws {
        for (bytes, got) in [("<!doctype html><html>", "'<!doctype html><'"), ("\u{1}\u{2}\u{3}4567890", "01 02 03 34 35 36 37 38")] {
            let url = directory.appendingPathComponent("page.pth")
            try Data(bytes.utf8).write(to: url)
            #expect(throws: ModelFormatError.notWeights(file: "page.pth", got: got)) { try WeightsFile(opening: url) }
        }
        let empty = directory.appendingPathComponent("empty.pth")
        try Data().write(to: empty)
        #expect(throws: ModelFormatError.self) { try WeightsFile(opening: empty) }
    }
}
