import Foundation
import TestSupport
import Testing

@testable import Aliquot

@Suite("A model from its folder", .serialized)
struct ModelSpecs {
    @Test("a folder without a model, a file that is no picture and classes it does not know are told as what they are")
    func refuses() async throws {
        // Given a model of two colours
        let place = try ColourFolder(unlabelled: 0)
        var options = TrainingOptions(network: .mobileNetV2)
        options.imageSize = 32
        options.epochs = 1
        options.batchSize = 4
        options.threads = 1
        let outcome = try await Training(pictures: place.pictures, options: options, output: place.output).run()
        let model = try await Model(at: outcome.model, threads: 1)
        // When it is given text for a picture
        await #expect(throws: AliquotError.self) { try await Model(at: place.pictures) }
        let refusal = await #expect(throws: AliquotError.self) { try await model.classify(Array("text".utf8), name: "text.txt") }
        #expect(refusal?.description.hasPrefix("text.txt: ") == true)
        await #expect(throws: AliquotError.self) { try await model.explain(Array("text".utf8)) }
        await #expect(throws: AliquotError.self) { try await model.explain(contentsOf: place.testPicture, class: "blue") }
        // And a picture, asked where it is what it takes for green
        let found = try await model.explain(contentsOf: place.testPicture, class: "green")
        #expect(found.label == "green" && found.heatMap.count == 1 && (0...1).contains(found.probability))
        #expect(found.overlay.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        // And pictures of a class that it never saw
        let other = try ColourFolder(unlabelled: 0, classes: ["red", "blue"])
        await #expect(throws: AliquotError.unknownClasses(["blue"], known: ["green", "red"])) {
            try await model.evaluate(on: other.pictures)
        }
        await #expect(throws: AliquotError.self) { try await model.evaluate(on: place.pictures.appendingPathComponent("absent")) }
        // And a damaged file is found when it is opened
        let weights = outcome.model.appendingPathComponent("float.safetensors")
        var bytes = try Data(contentsOf: weights)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: weights)
        await #expect(throws: AliquotError.self) { try await Model(at: outcome.model) }
    }
}
