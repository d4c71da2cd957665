import Base
import Foundation
import ModelFormat
import Synchronization
import TestSupport
import Testing

@testable import Aliquot

@Suite("Learning without a server", .serialized)
struct TrainingSpecs {
    @Test("trains on a folder, tells how far it is, and leaves a model that classifies and is measured; the same call again does nothing")
    func trains() async throws {
        // Given twelve labelled, eight unlabelled and six test pictures of two colours
        let place = try ColourFolder()
        let training = Training(pictures: place.pictures, options: place.options, output: place.output)
        // When a network is trained on them
        let events = Mutex<[TrainingEvent]>([])
        let outcome = try await training.run { event in events.withLock { $0.append(event) } }
        // Then the outcome is that of the six test pictures, with files to read
        #expect(outcome.classes == ["green", "red"] && outcome.evaluatedOn == "test" && outcome.pictures == 6 && !outcome.wasFinished)
        #expect(outcome.gain != nil)
        #expect(try String(contentsOf: outcome.page, encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
        #expect(try place.names(in: place.output) == ["events.jsonl", "model", "report.html", "report.json", "revision.jsonl", "run.json"])
        // And it was told from reading to the last measure
        let told = events.withLock { $0 }
        #expect(told.contains(.importing(fraction: 1)))
        let progress = told.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
        #expect(progress.last?.fraction == 1 && Set(progress.map(\.phase)).isSuperset(of: ["teacher", "student", "evaluation"]))
        #expect(told.contains { if case .measured(let measures) = $0 { measures.values["validation_macro_f1"] != nil } else { false } })
        // And the model answers, from the output's folder too
        let model = try await Model(at: place.output, threads: 1)
        #expect(model.classes == ["green", "red"] && model.network == .mobileNetV2)
        let answer = try await model.classify(contentsOf: place.testPicture)
        #expect(answer.predictions.count == 2 && abs(answer.predictions.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
        // And measuring it on the same pictures gives the report's figures
        let evaluation = try await model.evaluate(on: place.pictures, arithmetic: .float)
        #expect(evaluation.role == "test" && evaluation.pictures == 6)
        #expect(evaluation.accuracy == outcome.accuracy && evaluation.macroF1 == outcome.macroF1)
        #expect(evaluation.classes.map(\.pictures) == [3, 3])
        // And the same call again returns at once
        let again = try await training.run()
        #expect(again.wasFinished && again.macroF1 == outcome.macroF1)
    }

    @Test("a cancelled training keeps its checkpoint and goes on to the same weights as one that was never stopped")
    func goesOn() async throws {
        let place = try ColourFolder()
        let whole = try await Training(pictures: place.pictures, options: place.options, output: place.output).run()
        // When another one is cancelled at the end of its first epoch
        let other = place.output.deletingLastPathComponent().appendingPathComponent("other")
        let training = Training(pictures: place.pictures, options: place.options, output: other)
        let cancellation = Cancellation()
        let task = Task { try await training.run { if case .measured = $0 { cancellation.raise() } } }
        cancellation.watch(task)
        await #expect(throws: AliquotError.cancelled) { try await task.value }
        #expect(try place.names(in: other) == ["run.json", "work"])
        // Then another seed in the same output is refused with what differs
        var options = place.options
        options.seed = 7
        let foreign = Training(pictures: place.pictures, options: options, output: other)
        await #expect(throws: AliquotError.outputOfAnotherRun(path: OutputFolder(other).url.path, differences: ["seed is 1, not 7"])) {
            try await foreign.run()
        }
        // And the same call goes on, and ends with the same bits
        let outcome = try await training.run()
        #expect(try ModelDirectory(opening: outcome.model).parameters() == ModelDirectory(opening: whole.model).parameters())
    }

    /// What a training is refused for; empty where it runs or fails otherwise.
    private static func faults(_ training: Training) async -> [AliquotError.Fault] {
        do {
            _ = try await training.run()
            return []
        } catch { if case .invalid(let faults) = error { return faults } else { return [] } }
    }

    /// Cancels a task, whichever of both comes first.
    private final class Cancellation: Sendable {
        private let state = Mutex<(task: Task<TrainingOutcome, any Error>?, isRaised: Bool)>((nil, false))

        func raise() {
            state.withLock {
                $0.isRaised = true
                $0.task?.cancel()
            }
        }

        func watch(_ task: Task<TrainingOutcome, any Error>) {
            state.withLock {
                $0.task = task
                if $0.isRaised { task.cancel() }
            }
        }
    }

    @Test("everything that is wrong with the options is told at once, before anything is written")
    func refusesOptions() async throws {
        let place = try ColourFolder()
        var options = TrainingOptions(network: Network(rawValue: "alexnet"), method: .fixMatch)
        options.epochs = 0
        options.rounds = 2
        options.learningRate = .infinity
        let infinite = Training(pictures: place.pictures, options: options, output: place.output)
        await #expect(throws: AliquotError.self) { try await infinite.run() }
        options.learningRate = 100
        let training = Training(pictures: place.pictures, options: options, output: place.output)
        #expect(await Set(Self.faults(training).map(\.field)) == ["network", "epochs", "rounds", "learning_rate"])
        #expect(!FileManager.default.fileExists(atPath: place.output.path))
    }

    @Test("an output of another run, one with other files, and one inside the pictures are refused and stay as they are")
    func refusesOutputs() async throws {
        // Given an output with somebody's file in it
        let place = try ColourFolder(unlabelled: 0)
        try FileManager.default.createDirectory(at: place.output, withIntermediateDirectories: true)
        let note = place.output.appendingPathComponent("note.txt")
        try Data("mine".utf8).write(to: note)
        let training = Training(pictures: place.pictures, options: place.options, output: place.output)
        // Then it is not touched
        await #expect(throws: AliquotError.outputNotEmpty(path: OutputFolder(place.output).url.path)) { try await training.run() }
        #expect(try place.names(in: place.output) == ["note.txt"])
        // And a run that its pictures do not allow leaves no claim: a method for unlabelled pictures, and there are none
        try FileManager.default.removeItem(at: note)
        #expect(await Self.faults(training).map(\.code) == ["no_unlabelled"])
        #expect(try place.names(in: place.output).isEmpty)
        // And an output inside the pictures would be taken for pictures
        let inside = Training(pictures: place.pictures, options: place.options, output: place.pictures.appendingPathComponent("out"))
        await #expect(throws: AliquotError.self) { try await inside.run() }
        #expect(try place.names(in: place.pictures) == ["labelled", "test"])
    }

    @Test("every method and network of the catalogue has a name here")
    func names() {
        #expect(LearningMethod.all.contains(.freeMatch) && LearningMethod.all.contains(.modelDataDistillation))
        #expect(Set(Network.all).isSuperset(of: [.mobileNetV2, .resNet18, .resNet50, .efficientNetB0]))
    }
}
