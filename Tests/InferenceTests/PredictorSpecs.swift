import Engine
import Foundation
import Images
import Inference
import ModelFormat
import Testing

@Suite("The predictor", .timeLimit(.minutes(2)))
struct PredictorSpecs {
    let backend = ColourBackend()

    @Test("an encoded picture becomes ranked labels with probabilities and times")
    func classifies() async throws {
        // Given a predictor
        let predictor = try Predictor(model: ColourModel.write(), backend: backend)
        // When a green picture comes
        let answer = try await predictor.classify(ColourModel.picture(red: 10, green: 240, blue: 20), .init(topK: 2))
        // Then green is likeliest, and the time of each phase is told
        #expect(answer.predictions.map(\.label) == ["green", "blue"])
        #expect(answer.predictions[0].probability > 0.9)
        #expect(answer.precision == .float)
        #expect(answer.timing.decode > 0)
        #expect(answer.timing.infer > 0)
        #expect(answer.timing.queue >= 0)
    }

    @Test("every answer comes from a forward pass of its own, the same picture or not")
    func neverRemembers() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend)
        let before = backend.passes.withLock { $0 }
        let picture = try ColourModel.picture(red: 200, green: 0, blue: 0)
        let first = try await predictor.classify(picture)
        for _ in 0..<4 { #expect(try await predictor.classify(picture).predictions == first.predictions) }
        #expect(backend.passes.withLock { $0 } == before + 5)
        #expect(predictor.load.answered == 5)
    }

    @Test("the numbers that a network gets are those of the evaluation geometry and the normalisation")
    func prepares() throws {
        let input = InputDescription(size: 8, fit: "pad", mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 0.125])
        let preparation = try PicturePreparation(input)
        // Given a 16 × 12 picture of one colour: padded to 16 × 16, halved
        let numbers = try preparation.numbers(of: ColourModel.picture(red: 255, green: 51, blue: 0))
        #expect(numbers.count == 3 * 64)
        // Then the middle is (level / 255 - mean) / std
        for (channel, expected) in [(1 - 0.1) / 0.5, (0.2 - 0.2) / 0.25, (0 - 0.3) / 0.125].enumerated() {
            #expect(abs(Double(numbers[channel * 64 + 4 * 8 + 4]) - expected) < 1e-5)
        }
        #expect(throws: InferenceError.self) { try PicturePreparation(InputDescription(size: 8, fit: "stretch")) }
    }

    @Test("the precision is the manifest's unless asked for, and never one that the model has not")
    func precisions() async throws {
        let predictor = try Predictor(model: ColourModel.write(defaultPrecision: .int8), backend: backend)
        let picture = try ColourModel.picture(red: 0, green: 0, blue: 200)
        #expect(try await predictor.classify(picture).precision == .int8)
        #expect(try await predictor.classify(picture, .init(precision: .float)).precision == .float)
        let floatOnly = try Predictor(model: ColourModel.write(withInt8: false), backend: backend)
        #expect(try await floatOnly.classify(picture).precision == .float)
        await #expect(throws: InferenceError.precisionUnavailable(got: .int8, available: [.float])) {
            try await floatOnly.classify(picture, .init(precision: .int8))
        }
    }

    @Test("an int8 answer whose two best logits are closer than the margin is given by float, unless it is to be kept")
    func asksFloatInDoubt() async throws {
        // Given int8 logits whose best two are 0.5 apart
        let backend = ColourBackend(logits: [2, 1.5, -1])
        let picture = try ColourModel.picture(red: 1, green: 2, blue: 3)
        // When the model's margin of doubt is just above
        let unsure = try Predictor(model: ColourModel.write(defaultPrecision: .int8, floatBelowMargin: 0.51), backend: backend)
        let passes = backend.passes.withLock { $0 }
        let asked = try await unsure.classify(picture)
        // Then float has answered, after int8, and the answer says so
        #expect(asked.precision == .float)
        #expect(asked.inDoubt == true)
        #expect(backend.passes.withLock { $0 } == passes + 2)
        let kept = try await unsure.classify(picture, .init(doubt: .keep))
        #expect(kept.precision == .int8)
        #expect(kept.inDoubt == nil)
        // And at the margin, or without one, int8 is sure
        for margin in [0.5, nil] {
            let sure = try Predictor(model: ColourModel.write(defaultPrecision: .int8, floatBelowMargin: margin), backend: backend)
            #expect(try await sure.classify(picture).precision == .int8)
        }
        #expect(try await unsure.classify(picture, .init(precision: .float)).inDoubt == nil)
    }

    @Test("a model with a conformal calibration answers with a set, each precision with its own threshold; one without gives none")
    func predictionSets() async throws {
        // Given logits 2, −1, 0.5: softmax 0.7856, 0.0391, 0.1753
        let backend = ColourBackend(logits: [2, -1, 0.5])
        let conformal = ConformalCalibration(alpha: 0.1, samples: 50, thresholds: [.float: 0.9, .int8: 0.97])
        let picture = try ColourModel.picture(red: 1, green: 2, blue: 3)
        // When float may go down to 0.9 and int8 to 0.97
        let predictor = try Predictor(model: ColourModel.write(conformal: conformal), backend: backend)
        let float = try await predictor.classify(picture, .init(topK: 1, precision: .float))
        let int8 = try await predictor.classify(picture, .init(topK: 1, precision: .int8))
        // Then 0.7856 is in, and with 0.1753 more it is 0.9609: in for int8 only
        #expect(float.predictionSet == ["red"] && float.isConfident == true)
        #expect(int8.predictionSet == ["red", "blue"] && int8.isConfident == false && int8.predictions.count == 1)
        let text = String(decoding: try JSONEncoder().encode(int8), as: UTF8.self)
        #expect(text.contains(#""prediction_set":["red","blue"]"#) && text.contains(#""confident":false"#))
        // And a model of an earlier release says nothing of sets
        let old = try await Predictor(model: ColourModel.write(), backend: backend).classify(picture)
        #expect(old.predictionSet == nil && old.isConfident == nil)
        #expect(!String(decoding: try JSONEncoder().encode(old), as: UTF8.self).contains("confident"))
    }

    @Test("the manifest's temperature divides the logits")
    func temperature() async throws {
        let backend = ColourBackend(logits: [2, -1, 0.5])
        let predictor = try Predictor(model: ColourModel.write(temperature: 2), backend: backend)
        let answer = try await predictor.classify(ColourModel.picture(red: 1, green: 2, blue: 3), .init(topK: 1))
        #expect(abs(answer.predictions[0].probability - 0.5897976636568125) < 1e-9)
    }

    @Test("logits that are no numbers are an error, never an answer")
    func refusesNotANumber() async throws {
        // Already the model's canary picture shows it
        #expect(throws: InferenceError.notFinite(precision: .float)) {
            try Predictor(model: ColourModel.write(withInt8: false), backend: ColourBackend(logits: [1, .nan, 0]))
        }
        // And where only a client's picture does
        let predictor = try Predictor(model: ColourModel.write(), backend: backend)
        await #expect(throws: InferenceError.notFinite(precision: .float)) {
            try await predictor.scores(.normalised([Float](repeating: .infinity, count: 192)))
        }
    }

    @Test("a picture that is none is refused with its reason, and its place is free again")
    func refusesBadPictures() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 1, threadsPerLane: 1, capacity: 1)
        for _ in 0..<3 { await #expect(throws: ImageError.notAPicture) { try await predictor.classify([1, 2, 3, 4]) } }
        let whole = try ColourModel.picture(red: 200, green: 0, blue: 0)
        await #expect(throws: ImageError.self) { try await predictor.classify(Array(whole.prefix(whole.count / 2))) }
        #expect(try await predictor.classify(whole).predictions.first?.label == "red")
        await #expect(throws: InferenceError.outOfRange(name: "top_k", got: 0, allowed: "1 and more")) {
            try await predictor.classify(whole, .init(topK: 0))
        }
    }

    @Test("a network that cannot be compiled is known at once")
    func failsToStart() throws {
        let error = EngineError.backend(call: "compile", status: "out of memory", node: "head")
        #expect(throws: error) { try Predictor(model: ColourModel.write(), backend: ColourBackend(compileError: error)) }
    }

    @Test("one picture too many is refused at once, and those inside are answered")
    func saturates() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 1, threadsPerLane: 1, capacity: 3)
        let picture = try ColourModel.picture(red: 200, green: 0, blue: 0)
        // Given a lane that is held up, and as many pictures as may wait
        backend.turnstile.close()
        async let a = predictor.classify(picture)
        async let b = predictor.classify(picture)
        async let c = predictor.classify(picture)
        #expect(await eventually { predictor.load.inside == 3 })
        // Then one more is refused
        await #expect(throws: InferenceError.saturated(waiting: 3, limit: 3)) { try await predictor.classify(picture) }
        #expect(predictor.load.refused == 1)
        // And when the lane goes on, the three are answered
        backend.turnstile.open()
        #expect(try await [a, b, c].allSatisfy { $0.predictions.first?.label == "red" })
        #expect(predictor.load.inside == 0)
        #expect(try await predictor.classify(picture).predictions.first?.label == "red")
    }

    @Test("a caller who gives up frees his place at once, waiting or in a lane")
    func cancels() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 1, threadsPerLane: 1, capacity: 2)
        let picture = try ColourModel.picture(red: 200, green: 0, blue: 0)
        backend.turnstile.close()
        let running = Task { try await predictor.classify(picture) }
        #expect(await eventually { backend.turnstile.waiting == 1 })
        let waiting = Task { try await predictor.classify(picture) }
        #expect(await eventually { predictor.load.inside == 2 })
        let passes = backend.passes.withLock { $0 }
        // When both give up
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(predictor.load.inside == 1)
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        #expect(predictor.load.inside == 0)
        // Then the one that waited is never run, and another is answered
        backend.turnstile.open()
        #expect(try await predictor.classify(picture).predictions.first?.label == "red")
        #expect(backend.passes.withLock { $0 } == passes + 1)
        // And a task that was cancelled before it began has no place either
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await predictor.classify(picture)
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(predictor.load.inside == 0)
    }

    @Test("lanes run at the same time, each with plans of its own")
    func lanesAreParallel() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 3, threadsPerLane: 1, capacity: 10)
        let picture = try ColourModel.picture(red: 0, green: 0, blue: 99)
        backend.turnstile.close()
        let tasks = (0..<6).map { _ in Task { try await predictor.classify(picture) } }
        #expect(await eventually { backend.turnstile.waiting == 3 })
        backend.turnstile.open()
        for task in tasks { #expect(try await task.value.predictions.first?.label == "blue") }
        #expect(backend.threads.withLock { $0.count } == 3)
        #expect(backend.strays.withLock { $0 } == 0)
    }

    @Test("shutting down answers those inside, refuses new ones, and ends every thread")
    func shutsDown() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 2, threadsPerLane: 1, capacity: 10)
        let picture = try ColourModel.picture(red: 0, green: 99, blue: 0)
        backend.turnstile.close()
        let tasks = (0..<5).map { _ in Task { try await predictor.classify(picture) } }
        #expect(await eventually { predictor.load.inside == 5 && backend.turnstile.waiting == 2 })
        predictor.shutdown()
        await #expect(throws: InferenceError.shuttingDown) { try await predictor.classify(picture) }
        backend.turnstile.open()
        for task in tasks { #expect(try await task.value.predictions.first?.label == "green") }
        await predictor.drained()
        #expect(backend.livePlans.withLock { $0 } == 0)
    }

    @Test("a predictor that is let go ends its threads and frees its plans")
    func releases() async throws {
        do {
            let predictor = try Predictor(model: ColourModel.write(), backend: backend, lanes: 2, threadsPerLane: 1)
            _ = try await predictor.classify(ColourModel.picture(red: 9, green: 0, blue: 0))
            #expect(backend.livePlans.withLock { $0 } == 4)
        }
        #expect(await eventually { backend.livePlans.withLock { $0 } == 0 })
    }

    @Test("many callers at once are all answered with their own picture's class", arguments: [0, 2])
    func keepsPicturesApart(decoders: Int) async throws {
        let predictor = try Predictor(
            model: ColourModel.write(), backend: backend, options: PredictorOptions(lanes: 2, decoders: decoders, capacity: 200))
        let pictures = try [
            ColourModel.picture(red: 90, green: 0, blue: 0), ColourModel.picture(red: 0, green: 90, blue: 0),
            ColourModel.picture(red: 0, green: 0, blue: 90),
        ]
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<150 {
                group.addTask {
                    try await predictor.classify(pictures[index % 3]).predictions.first?.label == ColourModel.classes[index % 3]
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(predictor.load.answered == 150)
    }

    @Test("whoever shares the cores is told when lanes compute and when they rest, and has its turn after each answer", arguments: [0, 2])
    func tellsItsCompany(decoders: Int) async throws {
        let company = RecordingCompany()
        let predictor = try Predictor(
            model: ColourModel.write(), backend: backend, options: PredictorOptions(lanes: 2, threadsPerLane: 3, decoders: decoders),
            company: company)
        let picture = try ColourModel.picture(red: 9, green: 0, blue: 0)
        // Given two lanes that are held up
        backend.turnstile.close()
        let tasks = (0..<4).map { _ in Task { try await predictor.scores(.encoded(picture)) } }
        #expect(await eventually { backend.turnstile.waiting == 2 })
        #expect(company.notes.withLock { $0.computing == 6 && $0.takes == 0 })
        // When they go on, and one more picture is none
        backend.turnstile.open()
        for task in tasks { _ = try await task.value }
        await #expect(throws: ImageError.self) { try await predictor.scores(.encoded([1, 2, 3])) }
        // Then each answer was a turn, and nobody computes any more
        #expect(await eventually { company.notes.withLock { $0.computing == 0 } })
        #expect(company.notes.withLock { $0.most == 6 && $0.takes == 5 })
    }

    @Test("a decoded picture takes the same way")
    func takesPixels() async throws {
        let predictor = try Predictor(model: ColourModel.write(), backend: backend)
        let image = try RGBImage(width: 9, height: 9, pixels: (0..<81).flatMap { _ in [0, 0, 250] as [UInt8] })
        #expect(try await predictor.classify(image).predictions.first?.label == "blue")
    }

    @Test("options out of range are refused")
    func refusesOptions() throws {
        let model = try ColourModel.write()
        #expect(throws: InferenceError.outOfRange(name: "lanes", got: 0, allowed: "1 to 256")) {
            try Predictor(model: model, backend: backend, options: PredictorOptions(lanes: 0))
        }
        #expect(throws: InferenceError.outOfRange(name: "capacity", got: 0, allowed: "1 to 100000")) {
            try Predictor(model: model, backend: backend, options: PredictorOptions(capacity: 0))
        }
    }
}
