import Foundation
import Synchronization

/// Several plans at work at the same time, each on a thread of its own, as inference lanes are.
final class PlansSideBySide: Sendable {
    private let warm = Atomic<Int>(0)
    private let times = Mutex<[Double]>([])
    private let fault = Mutex<(any Error)?>(nil)

    /// Every plan runs `step` (which is given the plan's number) twice to warm up, waits for the others, then runs it `repeats` times.
    /// - Returns: of all passes of all plans.
    static func timed(_ plans: Int, repeats: Int, _ step: @escaping @Sendable (Int) throws -> Void) throws -> BenchTimes {
        let all = PlansSideBySide(), done = DispatchGroup()
        for plan in 0..<plans {
            done.enter()
            Thread.detachNewThread {
                all.run(plan, of: plans, repeats: repeats, step)
                done.leave()
            }
        }
        done.wait()
        if let fault = all.fault.withLock({ $0 }) { throw fault }
        return BenchTimes(all.times.withLock { $0 })
    }

    private func run(_ plan: Int, of plans: Int, repeats: Int, _ step: @Sendable (Int) throws -> Void) {
        do {
            for _ in 0..<2 { try step(plan) }
        } catch {
            fault.withLock { $0 = error }
        }
        warm.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while warm.load(ordering: .acquiring) < plans { usleep(10) }
        for _ in 0..<repeats where fault.withLock({ $0 == nil }) {
            let start = DispatchTime.now().uptimeNanoseconds
            do {
                try step(plan)
            } catch {
                fault.withLock { $0 = error }
            }
            times.withLock { $0.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6) }
        }
    }
}
