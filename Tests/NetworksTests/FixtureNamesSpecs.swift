import Engine
import Foundation
import Networks
import Testing
import TestSupport

/// The names and shapes that the parity fixtures were made with.
@Suite("Networks and their reference results")
struct FixtureNamesSpecs {
    private struct Fixture: Decodable {
        struct Tensor: Decodable {
            let name: String
            let shape: [Int]
        }
        let architecture: String
        let classes: Int
        let parameters1000Classes: Int
        let multiplyAdds1000Classes224: Int
        let parameters: [Tensor]
        let buffers: [Tensor]
    }

    @Test(
        "agree in every name, shape and count", .enabled(if: TestSupport.shared("parity") != nil, "no ../shared/parity here"),
        arguments: NetworkCatalogue.all.map(\.name).filter { TestSupport.shared("parity/\($0).json") != nil })
    func agree(name: String) throws {
        let url = try #require(TestSupport.shared("parity/\(name).json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let fixture = try decoder.decode(Fixture.self, from: Data(contentsOf: url))
        // Given the same network with the fixture's head
        let graph = try NetworkCatalogue.graph(name, classes: fixture.classes)
        let (trainable, buffers) = (
            graph.parameterSpecifications.filter(\.role.isTrainable), graph.parameterSpecifications.filter { !$0.role.isTrainable }
        )
        // Then parameters and buffers are the same, in the same order
        #expect(trainable.map(\.name) == fixture.parameters.map(\.name) && trainable.map(\.shape) == fixture.parameters.map(\.shape))
        #expect(buffers.map(\.name) == fixture.buffers.map(\.name) && buffers.map(\.shape) == fixture.buffers.map(\.shape))
        let full = try NetworkCatalogue.graph(name, classes: 1000)
        #expect(full.parameterCount == fixture.parameters1000Classes)
        #expect(try full.multiplyAdds(side: 224) == fixture.multiplyAdds1000Classes224)
    }
}
