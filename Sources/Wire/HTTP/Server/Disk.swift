import Base
import Dispatch
import Foundation

/// Where blocking file calls of HTTP run: a few serial queues, so that neither event queues nor Swift's pool ever wait for a disk.
enum Disk {
    private static let queues = (0..<4).map { DispatchQueue(label: "aliquot.http.disk.\($0)") }

    /// Runs `work` on one of four queues; equal `lane`s run in order.
    static func run<T: Sendable>(lane: Int, _ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queues[Int(UInt(bitPattern: lane) % UInt(queues.count))].async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
