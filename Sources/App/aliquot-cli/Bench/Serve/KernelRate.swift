import Engine
import Foundation
import Inference
import ModelFormat
import Synchronization

/// What the machine does without a service: every core decodes a picture, runs it through the network and begins anew. The rate that a service can reach at most.
enum KernelRate {
    struct Outcome: Sendable {
        var pictures = 0
        var seconds = 0.0
        /// Sums in milliseconds.
        var decode = 0.0
        var infer = 0.0
        /// Processor time of all threads, milliseconds.
        var processor = 0.0
        var rate: Double { seconds > 0 ? Double(pictures) / seconds : 0 }

        mutating func add(_ other: Outcome) {
            pictures += other.pictures
            seconds += other.seconds
            decode += other.decode
            infer += other.infer
            processor += other.processor
        }
    }

    /// - Parameters:
    ///   - plan: makes a plan of one picture and one thread; called on each thread.
    ///   - threads: as many as cores.
    static func measured(
        _ pictures: [[UInt8]], _ preparation: PicturePreparation, threads: Int, seconds: Double,
        plan makePlan: @escaping @Sendable () throws -> any InferencePlan
    ) throws -> Outcome {
        let total = Mutex(Outcome())
        let fault = Mutex<(any Error)?>(nil)
        let warm = Atomic<Int>(0)
        let done = DispatchGroup()
        @Sendable func one(_ thread: Int) throws {
            let plan = try makePlan()
            var outcome = Outcome()
            func step(_ number: Int) throws {
                let start = DispatchTime.now().uptimeNanoseconds
                let numbers = try preparation.numbers(of: pictures[number % pictures.count])
                let middle = DispatchTime.now().uptimeNanoseconds
                _ = try numbers.withUnsafeBufferPointer { (numbers) throws(EngineError) in try plan.run(numbers, count: 1) }
                outcome.decode += Double(middle - start) / 1e6
                outcome.infer += Double(DispatchTime.now().uptimeNanoseconds - middle) / 1e6
                outcome.pictures += 1
            }
            for number in 0..<3 { try step(number) }
            outcome = Outcome()
            warm.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while warm.load(ordering: .acquiring) < threads { usleep(10) }
            let start = DispatchTime.now().uptimeNanoseconds, used = threadMilliseconds()
            let end = start + UInt64(seconds * 1e9)
            var number = thread
            while DispatchTime.now().uptimeNanoseconds < end {
                try step(number)
                number += threads
            }
            let processor = threadMilliseconds() - used
            let took = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
            total.withLock {
                $0.pictures += outcome.pictures
                $0.decode += outcome.decode
                $0.infer += outcome.infer
                $0.processor += processor
                $0.seconds = max($0.seconds, took)
            }
        }
        for thread in 0..<threads {
            done.enter()
            let body = Thread {
                do { try one(thread) } catch {
                    fault.withLock { $0 = error }
                    warm.wrappingAdd(1, ordering: .acquiringAndReleasing)
                }
                done.leave()
            }
            body.stackSize = PredictorOptions().stackBytes
            body.start()
        }
        done.wait()
        if let fault = fault.withLock({ $0 }) { throw fault }
        return total.withLock { $0 }
    }

    /// Processor time of the calling thread so far.
    private static func threadMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
