import Testing

@testable import Sockets

@Suite("The output queue")
struct OutputQueueSpecs {
    @Test("gives every byte once and in order, however few the socket takes at a time", arguments: [1, 2, 3, 5, 7, 100])
    func order(step: Int) {
        // Given 200 pieces of 0 to 6 bytes
        var queue = OutputQueue()
        var expected: [UInt8] = []
        for number in 0..<200 {
            let piece = [UInt8](repeating: UInt8(number), count: number % 7)
            queue.append(piece)
            expected += piece
        }
        #expect(queue.count == expected.count)
        // When the socket takes `step` bytes at a time
        var taken: [UInt8] = []
        while !queue.isEmpty {
            let (pieces, offset) = queue.head(8)
            let bytes = pieces.reduce(into: [UInt8]()) { $0 += $1 }.dropFirst(offset).prefix(step)
            taken += bytes
            queue.advance(bytes.count)
        }
        // Then it has all of them
        #expect(taken == expected && queue.isEmpty)
    }
}
