import Base
import Foundation
import Jobs
import TestSupport
import Testing

@testable import TrainingJobs

/// The real worker process and a real SIGKILL. `ALIQUOT_KILLS` kills each method so often (default: once).
@Suite("A killed worker", .serialized, .timeLimit(.minutes(10)))
struct KilledWorkerSpecs {
    private static let kills = ProcessInfo.processInfo.environment["ALIQUOT_KILLS"].flatMap(Int.init) ?? 1

    /// Starts a worker that keeps a checkpoint after every step.
    private func worker(_ place: JobPlace) throws -> ChildProcess {
        let log = place.files.directory.appendingPathComponent("log.txt")
        return try ChildProcess.start(
            TestSupport.program, ["worker", place.files.directory.path, "--threads", "1", "--checkpoint-seconds", "0"], output: log,
            errors: log, environment: ["OMP_NUM_THREADS": "1"])
    }

    /// Watches the checkpoints of a worker until it is over, or until so many were seen: then it is killed.
    /// - Returns: how many were seen, and how it ended.
    private func watch(_ child: ChildProcess, _ place: JobPlace, killAt limit: Int = .max) async throws -> (seen: Int, status: Int32) {
        var seen: Set<String> = []
        while !child.isOver, seen.count < limit {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: place.files.checkpoint.path)) ?? [] where !name.hasPrefix(".")
            {
                var status = stat()
                guard stat(place.files.checkpoint.appendingPathComponent(name).path, &status) == 0 else { continue }
                seen.insert("\(name) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        if seen.count >= limit { child.send(SIGKILL) }
        return (seen.count, try #require(await child.wait(for: .seconds(120))))
    }

    private func place(_ method: TrainSpecification.Method) throws -> JobPlace {
        let specification = TrainSpecification(
            dataset: try #require(ResourceName("colours")), revision: 1, method: method, network: "squeezenet1_1", imageSize: 32, epochs: 2,
            batchSize: 4, learningRate: 0.003, confidence: 0.3,
            semiSupervision: .init(
                method, transforms: [.gamma], rounds: method == .plainDistillation ? 2 : 1, averageDecay: 0.99, mixUp: 0.4),
            quantisation: .init(scheme: .none), baseline: false)
        let place = try JobPlace(.train(specification))
        try place.writeRevision(labelled: 10, unlabelled: 8, test: 4)
        return place
    }

    @Test(
        "at any step, by any method, and taken up again, ends with the same weights byte for byte",
        arguments: TrainSpecification.Method.allCases)
    func resumes(_ method: TrainSpecification.Method) async throws {
        // Given a run that nobody disturbs
        let whole = try place(method)
        let (steps, status) = try await watch(try worker(whole), whole)
        #expect(status == 0 && steps > 1)
        let name = "model/float.safetensors"
        let weights = try Data(contentsOf: whole.files.result.appendingPathComponent(name))
        for _ in 0..<Self.kills {
            // When another is killed after a random checkpoint, and started again
            let other = try place(method)
            // (Not after the very last ones: a look may miss one.)
            let limit = Int.random(in: 1...max(1, steps * 3 / 4))
            let (_, end) = try await watch(try worker(other), other, killAt: limit)
            #expect(end == 128 + SIGKILL, "after \(limit) of \(steps) checkpoints")
            #expect(!FileManager.default.fileExists(atPath: other.files.done.path))
            let again = try await watch(try worker(other), other)
            // Then it ends with the same bytes
            #expect(again.status == 0)
            #expect(
                try Data(contentsOf: other.files.result.appendingPathComponent(name)) == weights, "after \(limit) of \(steps) checkpoints")
        }
    }
}
