import Base
import Foundation
import HTTP
import Inference
import ModelFormat
import Testing

@testable import API

@Suite("The answer for one picture")
struct PictureAnswerSpecs {
    /// What an encoder makes of the same members: the outside reference.
    private struct Reference: Encodable {
        let model: String
        let version: Int
        let answer: Answer

        enum CodingKeys: String, CodingKey { case model, version }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model, forKey: .model)
            try container.encode(version, forKey: .version)
            try answer.encode(to: encoder)
        }
    }

    private func text(_ answer: Answer) throws -> String {
        let key = ModelVersionKey(model: try #require(ResourceName("cells-2.1")), version: 12)
        return String(decoding: try PictureAnswer(key: key, answer: answer).json(), as: UTF8.self)
    }

    @Test(
        "is written as JSONEncoder writes it, byte for byte",
        arguments: [
            ["a"], [], ["RBC", "WBC", "Platelets"],
            ["\"quoted\" \\ back/slash", "tab\tnew\nline\r\u{8}\u{c}", "\u{0}\u{1}\u{f}\u{10}\u{1f}\u{7f}"],
            ["größer", "细胞", "🧫 e\u{301}", "\u{2028}"],
        ])
    func bytes(labels: [String]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let numbers: [Double] = [
            0, 1, 0.1, 1 / 3, 1e-7, .leastNonzeroMagnitude, 123_456_789.5, 1e16, 1.7976931348623157e308, 0.30000000000000004, 12.5,
        ]
        for (place, inDoubt) in [nil, true, false].enumerated() {
            for set in [nil, labels, []] as [[String]?] {
                // Given an answer with and without each part that may be absent
                let answer = Answer(
                    precision: place == 0 ? .float : .int8, inDoubt: inDoubt,
                    predictions: labels.enumerated().map { .init(label: $1, probability: numbers[($0 + place) % numbers.count]) },
                    predictionSet: set,
                    timing: .init(decode: numbers[place], queue: numbers[place + 4], infer: numbers[place + 8]))
                // Then both texts are equal
                let reference = try encoder.encode(Reference(model: "cells-2.1", version: 12, answer: answer))
                #expect(try text(answer) == String(decoding: reference, as: UTF8.self))
            }
        }
        for number in numbers {
            let answer = Answer(precision: .float, predictions: [], timing: .init(decode: number, queue: -number, infer: 0))
            let reference = try encoder.encode(Reference(model: "cells-2.1", version: 12, answer: answer))
            #expect(try text(answer) == String(decoding: reference, as: UTF8.self))
        }
    }

    @Test("is refused where a number is none", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(number: Double) throws {
        let answer = Answer(
            precision: .float, predictions: [.init(label: "a", probability: number)], timing: .init(decode: 0, queue: 0, infer: 0))
        #expect(throws: EncodingError.self) { try text(answer) }
    }

    @Test("brings its times with two digits")
    func timing() {
        #expect(
            ServerTiming.text(of: .init(decode: 1.23456, queue: 0, infer: 1234.5), ("draw", 0.005))
                == "decode;dur=1.23, queue;dur=0.0, infer;dur=1234.5, draw;dur=0.01")
    }
}
