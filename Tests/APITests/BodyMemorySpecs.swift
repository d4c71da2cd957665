import HTTP
import Testing

@testable import API

@Suite("memory of bodies")
struct BodyMemorySpecs {
    private func body(_ bytes: Int) -> RequestBody { RequestBody(bytes: [UInt8](repeating: 0, count: bytes)) }

    @Test("a body that exceeds what all may take together is refused before it is read, and a place is free once its request is answered")
    func isBounded() async throws {
        // Given room for 100 bytes, and a request that holds 60
        let memory = BodyMemory(limit: 100)
        try await memory.hold(body(60), most: 1000) {
            #expect(memory.bytes == 60)
            // When one of 60 comes, or one of 30 that is held twice, then it is refused with a time to come again; one of 40 fits
            for (bytes, copies) in [(60, 1), (30, 2)] {
                await #expect {
                    try await memory.hold(body(bytes), most: 1000, copies: copies) { Issue.record("it was let in") }
                } throws: { error in
                    if case APIError.unavailable(_, let seconds) = error { seconds == 1 } else { false }
                }
            }
            try await memory.hold(body(40), most: 1000) { #expect(memory.bytes == 100) }
        }
        // And afterwards nothing is taken, also where the request failed
        await #expect(throws: CancellationError.self) { try await memory.hold(body(60), most: 1000) { throw CancellationError() } }
        #expect(memory.bytes == 0)
    }

    @Test("a body alone is let in however large it is, and one of unknown length counts as the largest that is allowed")
    func letsOneIn() async throws {
        let memory = BodyMemory(limit: 100)
        try await memory.hold(body(200), most: 1000) { #expect(memory.bytes == 200) }
        try await memory.hold(RequestBody(bytes: []), most: 300) { #expect(memory.bytes == 300) }
    }
}
