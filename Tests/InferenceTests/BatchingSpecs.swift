import Engine
import Foundation
import Images
import Inference
import ModelFormat
import Testing

@Suite("pictures that go through a network together", .timeLimit(.minutes(2)))
struct BatchingSpecs {
    let backend = ColourBackend()

    /// One lane that takes up to `maxBatch`, and always together where two or more are there.
    private func predictor(
        maxBatch: Int, delay: Int = 0, lanes: Int = 1, decoders: Int = 2, capacity: Int = 64, withInt8: Bool = true
    ) throws -> Predictor {
        try Predictor(
            model: ColourModel.write(withInt8: withInt8), backend: backend,
            options: PredictorOptions(
                lanes: lanes, decoders: decoders, capacity: capacity, maxBatch: maxBatch, maxDelayMicroseconds: delay,
                minimumBatchGain: -.infinity))
    }

    private let colours: [(UInt8, UInt8, UInt8)] = [(90, 0, 0), (0, 90, 0), (0, 0, 90)]

    @Test("those that come while a lane is busy go together, each with its own answer", arguments: [0, 2])
    func formsWhileBusy(decoders: Int) async throws {
        // Given a lane that is held up with one picture, and four more that are decoded
        let predictor = try predictor(maxBatch: 4, decoders: decoders)
        backend.turnstile.close()
        let first = Task { try await predictor.scores(.encoded(ColourModel.picture(red: 9, green: 0, blue: 0))) }
        #expect(await eventually { backend.turnstile.waiting == 1 })
        let tasks = try (0..<4).map { index in
            let (red, green, blue) = colours[index % 3]
            let picture = try ColourModel.picture(red: red, green: green, blue: blue)
            return Task { try await predictor.scores(.encoded(picture)) }
        }
        #expect(await eventually { predictor.load.waitingForLane == 4 })
        let before = backend.counts.withLock { $0.count }
        // When the lane goes on
        backend.turnstile.open()
        // Then it takes the four at once, and each gets what it is alone
        #expect(try await first.value.batch == 1)
        for (index, task) in tasks.enumerated() {
            let scores = try await task.value
            #expect(scores.batch == 4)
            #expect(scores.logits.firstIndex(of: scores.logits.max() ?? 0) == index % 3)
            let (red, green, blue) = colours[index % 3]
            #expect(try await predictor.scores(.encoded(ColourModel.picture(red: red, green: green, blue: blue))).logits == scores.logits)
        }
        #expect(backend.counts.withLock { $0[before] } == 4)
    }

    @Test("with a delay the first waits for company, and goes alone when none comes", arguments: [0, 2])
    func waitsForCompany(decoders: Int) async throws {
        // Given an idle lane and half a second's patience
        let predictor = try predictor(maxBatch: 3, delay: 500_000, decoders: decoders)
        let picture = try ColourModel.picture(red: 9, green: 0, blue: 0)
        // When as many come as go together, none waits for that to pass
        async let a = predictor.scores(.encoded(picture))
        async let b = predictor.scores(.encoded(picture))
        async let c = predictor.scores(.encoded(picture))
        #expect(try await [a, b, c].map(\.batch) == [3, 3, 3])
        // And one alone is answered all the same
        #expect(try await predictor.scores(.encoded(picture)).batch == 1)
    }

    @Test("float and int8 are never mixed, and what waits is shared among the lanes", arguments: [0, 2])
    func keepsPrecisionsApart(decoders: Int) async throws {
        let predictor = try predictor(maxBatch: 8, lanes: 2, decoders: decoders)
        let picture = try ColourModel.picture(red: 9, green: 0, blue: 0)
        backend.turnstile.close()
        let held = (0..<2).map { _ in Task { try await predictor.scores(.encoded(picture)) } }
        #expect(await eventually { backend.turnstile.waiting == 2 })
        // Given four of each kind behind two lanes that are held up
        let tasks = (0..<8).map { index in
            Task { try await predictor.scores(.encoded(picture), .init(precision: index % 2 == 0 ? .int8 : .float, doubt: .keep)) }
        }
        #expect(await eventually { predictor.load.waitingForLane == 8 })
        backend.turnstile.open()
        for task in held { _ = try await task.value }
        // Then each is answered in what it asked for, four or fewer at a time: half of eight for each lane
        for (index, task) in tasks.enumerated() {
            let scores = try await task.value
            #expect(scores.precision == (index % 2 == 0 ? .int8 : .float))
            #expect(scores.batch <= 4)
        }
    }

    @Test("one that is given up leaves the others of its batch alone", arguments: [0, 2])
    func cancelsOne(decoders: Int) async throws {
        let predictor = try predictor(maxBatch: 4, decoders: decoders)
        let picture = try ColourModel.picture(red: 0, green: 9, blue: 0)
        backend.turnstile.close()
        let held = Task { try await predictor.scores(.encoded(picture)) }
        #expect(await eventually { backend.turnstile.waiting == 1 })
        let tasks = (0..<3).map { _ in Task { try await predictor.scores(.encoded(picture)) } }
        #expect(await eventually { predictor.load.waitingForLane == 3 })
        tasks[1].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        #expect(predictor.load.inside == 3)
        backend.turnstile.open()
        _ = try await held.value
        #expect(try await tasks[0].value.batch == 2)
        #expect(try await tasks[2].value.batch == 2)
    }

    @Test("what is no picture fails alone among those that a lane decodes together")
    func failsAlone() async throws {
        // Given a held lane that decodes for itself, and three that wait for it, of which one is text
        let predictor = try predictor(maxBatch: 4, decoders: 0)
        let picture = try ColourModel.picture(red: 0, green: 9, blue: 0)
        backend.turnstile.close()
        let held = Task { try await predictor.scores(.encoded(picture)) }
        #expect(await eventually { backend.turnstile.waiting == 1 })
        let tasks = [picture, Array("no picture".utf8), picture].map { bytes in Task { try await predictor.scores(.encoded(bytes)) } }
        #expect(await eventually { predictor.load.waitingForLane == 3 })
        backend.turnstile.open()
        // Then that one is refused, and the two go through the network together
        _ = try await held.value
        #expect(try await tasks[0].value.batch == 2)
        await #expect(throws: ImageError.self) { try await tasks[1].value }
        #expect(try await tasks[2].value.batch == 2)
        #expect(predictor.load.failed == 1)
    }

    @Test("where company gains nothing, each is answered before the next begins")
    func goesAlone() async throws {
        let predictor = try Predictor(
            model: ColourModel.write(), backend: backend, options: PredictorOptions(decoders: 0, maxBatch: 4, minimumBatchGain: 2))
        let picture = try ColourModel.picture(red: 0, green: 9, blue: 0)
        backend.turnstile.close()
        let tasks = (0..<5).map { _ in Task { try await predictor.scores(.encoded(picture)) } }
        #expect(await eventually { backend.turnstile.waiting == 1 && predictor.load.waitingForLane == 4 })
        backend.turnstile.open()
        for task in tasks { #expect(try await task.value.batch == 1) }
    }

    @Test("decoders stop when the lanes are behind, and nothing is lost")
    func boundsDecodedPictures() async throws {
        // Given a held lane with room for two decoded pictures behind it, and two decoders
        let predictor = try predictor(maxBatch: 1)
        let picture = try ColourModel.picture(red: 0, green: 9, blue: 0)
        backend.turnstile.close()
        let tasks = (0..<20).map { _ in Task { try await predictor.scores(.encoded(picture)) } }
        #expect(await eventually { predictor.load.inside == 20 && backend.turnstile.waiting == 1 && predictor.load.waitingForLane == 2 })
        // Then no more than those are decoded, and all are answered once the lane goes on
        try await Task.sleep(for: .milliseconds(20))
        #expect(predictor.load.waitingForLane == 2)
        backend.turnstile.open()
        for task in tasks { #expect(try await task.value.logits.count == 3) }
    }

    @Test("numbers that are normalised already go the same way, and only in the network's size")
    func takesNumbers() async throws {
        let predictor = try predictor(maxBatch: 1)
        let numbers = [Float](repeating: 0, count: 64) + [Float](repeating: 2, count: 64) + [Float](repeating: 1, count: 64)
        #expect(try await predictor.scores(.normalised(numbers)).logits == [0, 2, 1])
        await #expect(throws: InferenceError.wrongNumberCount(got: 191, expected: 192)) {
            try await predictor.scores(.normalised(Array(numbers.dropLast())))
        }
    }

    @Test("a model that answers its canary picture in two ways is not loaded")
    func refusesUnstableModels() throws {
        // Given a network whose answer depends on what goes with a picture
        let backend = ColourBackend(drift: 0.5)
        // Then it is refused where pictures go together, and told why
        #expect {
            try Predictor(
                model: ColourModel.write(), backend: backend,
                options: PredictorOptions(maxBatch: 2, minimumBatchGain: -.infinity))
        } throws: { error in
            if case .unstable = error as? InferenceError { true } else { false }
        }
        // And taken where each goes alone
        _ = try Predictor(model: ColourModel.write(), backend: backend)
    }

    @Test("a model whose pictures get a neighbour's answer, or none, where they go together is not loaded", arguments: [true, false])
    func refusesWrongCompany(isMixedUp: Bool) throws {
        #expect {
            try Predictor(
                model: ColourModel.write(), backend: ColourBackend(company: isMixedUp ? .mixedUp : .notNumbers),
                options: PredictorOptions(maxBatch: 2, minimumBatchGain: -.infinity))
        } throws: { error in
            switch error as? InferenceError {
            case .unstable: isMixedUp
            case .notFinite: !isMixedUp
            default: false
            }
        }
    }

    @Test(
        "int8 weights of 8 bits are not run where products of bytes are summed in 16 bits: float answers", arguments: [63, -64] as [Int8])
    func refusesWideWeights(weight: Int8) async throws {
        // Given a model that is served in int8, on a CPU without wide products
        let model = try ColourModel.write(int8Weight: weight, defaultPrecision: .int8)
        let predictor = try Predictor(model: model, backend: ColourBackend(hasWideInt8Products: false))
        let picture = try ColourModel.picture(red: 255, green: 0, blue: 0), isNarrow = weight == 63
        // Then weights of 7 bits are run, and others leave the model with float
        #expect(predictor.manifest.precisions == (isNarrow ? [.float, .int8] : [.float]))
        #expect(try await predictor.classify(picture).precision == (isNarrow ? .int8 : .float))
        guard !isNarrow else { return }
        await #expect(throws: InferenceError.precisionUnavailable(got: .int8, available: [.float])) {
            try await predictor.classify(picture, ClassifyOptions(precision: .int8))
        }
        // And on a CPU with them nothing is left out
        #expect(try Predictor(model: model, backend: backend).manifest == model.manifest)
    }

    @Test("a second plan that gains nothing is given back")
    func dropsUselessPlans() throws {
        let lazy = try Predictor(
            model: ColourModel.write(withInt8: false), backend: backend, options: PredictorOptions(maxBatch: 4, minimumBatchGain: 2))
        #expect(backend.livePlans.withLock { $0 } == 1)
        let keen = try predictor(maxBatch: 4, withInt8: false)
        #expect(backend.livePlans.withLock { $0 } == 3)
        #expect(keen.memoryBytes == 2 * lazy.memoryBytes)
    }
}
