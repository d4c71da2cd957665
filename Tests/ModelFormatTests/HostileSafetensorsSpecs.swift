import Base
import Foundation
import ModelFormat
import Testing

@Suite("Safetensors files from strangers")
struct HostileSafetensorsSpecs {
    /// A file with this header (its true length in front) and this many bytes of data.
    private func file(_ header: String, data: Int) -> Data {
        var file = Data()
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
        return file + Data(header.utf8) + Data(count: data)
    }

    private func refusal(_ file: Data) -> ModelFormatError? {
        do throws(ModelFormatError) {
            _ = try Safetensors.parse(file)
            return nil
        } catch { return error }
    }

    @Test("a file without tensors is a file")
    func acceptsTheEmptyFile() throws {
        #expect(try Safetensors.parse(file("{}", data: 0)).tensors.isEmpty)
        #expect(
            try Safetensors.parse(file("{ \"a\" : { \"shape\":[ ] ,\"dtype\":\"U8\", \"data_offsets\":[0, 1] } } \n", data: 1)).tensors[
                "a"]?.shape == [])
    }

    @Test("each fault is named")
    func namesTheFault() {
        let one = #""dtype":"F32","shape":[2],"data_offsets":[0,8]"#
        #expect(refusal(Data()) == .truncated(what: "the header's length", got: 0, needed: 8))
        #expect(refusal(Data(repeating: 0, count: 7)) == .truncated(what: "the header's length", got: 7, needed: 8))
        #expect(refusal(Data(repeating: 0xFF, count: 64)) == .headerTooLarge(got: UInt64.max, limit: Safetensors.headerLimit))
        #expect(refusal(Data([9, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8)) == .truncated(what: "the header", got: 2, needed: 9))
        #expect(refusal(file(#"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#, data: 8)) != nil)
        #expect(refusal(file("{\"a\":{\(one)},\"a\":{\(one)}}", data: 8)) == .duplicateName("a"))
        #expect(refusal(file("{\"a\":{\(one),\"dtype\":\"F32\"}}", data: 8)) == .duplicateName("a.dtype"))
        #expect(refusal(file(#"{"__metadata__":{"k":"1","k":"2"}}"#, data: 0)) == .duplicateName("__metadata__.k"))
        // Offsets: beyond the data, reversed, another size than the shape's, overlapping, with a gap, not reaching the end
        #expect(refusal(file("{\"a\":{\(one)}}", data: 7)) == .offsetsOutOfRange(tensor: "a", begin: 0, end: 8, available: 7))
        #expect(
            refusal(file(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}"#, data: 4))
                == .offsetsOutOfRange(tensor: "a", begin: 4, end: 0, available: 4))
        #expect(
            refusal(file(#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, data: 8))
                == .wrongByteCount(tensor: "a", got: 8, expected: 12))
        #expect(
            refusal(file("{\"a\":{\(one)},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", data: 12))
                == .notContiguous(tensor: "b", begin: 4, expected: 8))
        #expect(
            refusal(file("{\"a\":{\(one)},\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9,10]}}", data: 10))
                == .notContiguous(tensor: "b", begin: 9, expected: 8))
        #expect(refusal(file("{\"a\":{\(one)}}", data: 9)) == .unusedBytes(got: 9, described: 8))
        // A shape whose product overflows, with and without wrapping back to the right size
        #expect(
            refusal(file(#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, data: 0))
                == .shapeTooLarge(tensor: "a", shape: [4_294_967_296, 4_294_967_296]))
    }

    @Test(
        "what the grammar does not allow is refused",
        arguments: [
            "", "[]", " {}", "{", "{}}", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":{}}", "{\"a\":1}", "{\"a\":null}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1e0],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[01],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[18446744073709551617],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":\"1\",\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,1]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"extra\":1}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},}",
            "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":[]}",
            "{\"a\\ud800\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            "{\"a\u{1}\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", "{\"a\\", "{\"a",
        ])
    func refusesOtherGrammar(header: String) {
        #expect(refusal(file(header, data: 1)) != nil)
    }

    @Test("a name that is not UTF-8 is refused")
    func refusesOtherEncodings() {
        var broken = file(#"{"ab":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
        broken[10] = 0xFF
        #expect(refusal(broken) == .malformedHeader(at: 1, expected: "a string in UTF-8"))
    }

    @Test("no mutation of a good file crashes the reader, and whatever it still accepts is consistent")
    func survivesMutations() throws {
        let good = [UInt8](try #require(Data(base64Encoded: SafetensorsFixture.everyType)))
        var random = SeededRandom(seed: 1)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeLast(Int.random(in: 1...bytes.count / 2, using: &random))
                default: bytes.insert(UInt8.random(in: 32...127, using: &random), at: Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            guard let file = try? Safetensors.parse(Data(bytes)) else {
                refused += 1
                continue
            }
            for tensor in file.tensors.values { #expect(tensor.bytes.count == tensor.count * tensor.elementType.byteCount) }
        }
        #expect(refused > 1500)
    }
}
