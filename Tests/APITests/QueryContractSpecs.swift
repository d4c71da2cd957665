import Testing

@testable import API

@Suite("the query against the contract")
struct QueryContractSpecs {
    private let contract = OperationContract(
        "x", "x", "x",
        query: [.init("size", .integer(1...9), ""), .init("role", .choice(["train", "test"]), ""), .init("label", .text(longest: 3), "")],
        answers: [])

    @Test("what the route knows and can take passes")
    func passes() { #expect(contract.faults(inQuery: [("size", "9"), ("role", "test"), ("label", "abc")]).isEmpty) }

    @Test("unknown names, repeated names and values out of range are told at once, with what is allowed")
    func refuses() {
        let faults = contract.faults(inQuery: [("size", "10"), ("role", "any"), ("label", ""), ("colour", "red"), ("role", "test")])
        #expect(faults.map(\.pointer) == ["?size", "?role", "?label", "?colour", "?role"])
        #expect(faults.map(\.code) == ["bad_value", "bad_value", "bad_value", "unknown_parameter", "repeated_parameter"])
        #expect(faults[0].detail.contains("1 to 9"))
        #expect(faults[3].detail.contains("size, role, label"))
    }

    @Test("numbers are read strictly", arguments: ["", " 1", "1 ", "+", "1.0", "0x1", "９"])
    func readsStrictly(text: String) { #expect(contract.faults(inQuery: [("size", text)]).count == 1) }
}
