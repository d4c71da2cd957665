import Foundation
import Images
import TestSupport
import Testing

/// `parity/images/cases.json`: one picture and what other programs made of it.
enum ReferenceCases {
    private struct Case: Decodable {
        let name: String
        let file: String
        let maximum: Int?
        let mean: Double?
        enum CodingKeys: String, CodingKey { case name, file, maximum = "max_abs", mean = "mean_abs" }
    }
    private struct Cases: Decodable { let cases: [Case] }

    static let arePresent = TestSupport.shared("parity/images/cases.json") != nil

    /// Expects what `change` makes of the shared picture to be within the tolerance of the case.
    static func expect(_ name: String, _ change: (RGBImage) -> RGBImage, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let folder = try #require(TestSupport.shared("parity/images"))
        func read(_ name: String) throws -> RGBImage { try ImageDecoder.decode(Data(contentsOf: folder.appendingPathComponent(name))) }
        let cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: folder.appendingPathComponent("cases.json"))).cases
        let reference = try #require(cases.first { $0.name == name }, sourceLocation: sourceLocation)
        let expected = try read(reference.file)
        let image = change(try read("input.png"))
        #expect(image.width == expected.width && image.height == expected.height, sourceLocation: sourceLocation)
        let differences = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
        #expect(try #require(differences.max()) <= reference.maximum ?? 255, sourceLocation: sourceLocation)
        #expect(Double(differences.reduce(0, +)) / Double(differences.count) <= reference.mean ?? 255, sourceLocation: sourceLocation)
    }
}
