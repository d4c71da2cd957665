import Testing

@testable import API

@Suite("fields of a JSON body")
struct JSONFieldsSpecs {
    @Test("every fault is told at once: missing, wrong type, out of range, unknown")
    func tellsAllFaults() throws {
        // Given an object with one fault of each kind
        var fields = try JSONFields(Array(#"{"classes":"one","version":0,"colour":"red","Name":"x"}"#.utf8))
        // When its fields are read
        _ = fields.name("name", required: true)
        _ = fields.strings("classes")
        _ = fields.integer("version", in: 1...9)
        // Then all of them are in the error, the unknown ones last
        let error = #expect(throws: APIError.self) { try fields.finish() }
        guard case .invalid(let faults) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(faults.map(\.pointer) == ["/name", "/classes", "/version", "/Name", "/colour"])
        #expect(faults.map(\.code) == ["missing", "wrong_type", "out_of_range", "unknown_field", "unknown_field"])
    }

    @Test(
        "what is no JSON object is malformed, and says what it is", arguments: ["", "{not json", "[1,2]", "\"text\"", "null", "{\"a\":1}}"])
    func refusesOtherTexts(text: String) {
        #expect(throws: APIError.self) { try JSONFields(Array(text.utf8)) }
    }

    @Test("nesting is counted before parsing, and brackets in strings do not count")
    func countsDepth() throws {
        // Given 32 levels, which are allowed, and 33, which are not; a string full of brackets is one level
        let allowed = #"{"a":"# + String(repeating: "[", count: 31) + String(repeating: "]", count: 31) + "}"
        let tooDeep = #"{"a":"# + String(repeating: "[", count: 32) + String(repeating: "]", count: 32) + "}"
        let text = #"{"a":""# + String(repeating: "[", count: 100) + #"\"{"}"#
        #expect(JSONDepth.of(Array(allowed.utf8)) == 32)
        #expect(JSONDepth.of(Array(text.utf8)) == 1)
        _ = try JSONFields(Array(allowed.utf8))
        #expect(throws: APIError.self) { try JSONFields(Array(tooDeep.utf8)) }
        // And a hundred thousand levels are refused without a crash
        let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: APIError.self) { try JSONFields(bomb) }
    }

    @Test("null is absent, and a patch can tell it from absence")
    func knowsNull() throws {
        var fields = try JSONFields(Array(#"{"label":null}"#.utf8))
        #expect(fields.isNull("label"))
        #expect(!fields.isNull("role"))
        #expect(fields.string("label") == nil)
        try fields.finish()
    }
}
