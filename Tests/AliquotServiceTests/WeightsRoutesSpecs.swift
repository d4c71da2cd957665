import Engine
import Foundation
import ModelFormat
import Networks
import TestSupport
import Testing

@Suite("weights over HTTP")
struct WeightsRoutesSpecs {
    /// Weights of the smallest network, as safetensors.
    private func weights(classes: Int = 2, _ change: (inout [String: StoredTensor]) -> Void = { _ in }) throws -> Data {
        let graph = try NetworkCatalogue.graph("shufflenet_v2_x0_5", classes: classes)
        var tensors = ParameterSet.initial(for: graph, seed: 1).tensors.mapValues { StoredTensor($0) }
        change(&tensors)
        return try Safetensors.encode(tensors.map { ($0.key, $0.value) })
    }

    @Test("weights are stored under their network, told with their facts, and replaced")
    func stores() async throws {
        let file = try weights()
        try await LiveService.with { live in
            let stored = try await live.put("/v1/weights/mine?network=shufflenet_v2_x0_5", file)
            #expect(stored.status == 201)
            #expect(stored.fields["location"] == "/v1/weights/mine")
            #expect(try await live.put("/v1/weights/shufflenet_v2_x0_5", file).status == 201)
            #expect(try await live.put("/v1/weights/mine?network=shufflenet_v2_x0_5", weights(classes: 7)).status == 200)
            let facts = try await live.call("/v1/weights/mine").json
            #expect(facts["classes"].int == 7)
            #expect(facts["network"].string == "shufflenet_v2_x0_5")
            #expect(facts["sha256"].string?.count == 64)
            #expect(try await live.call("/v1/weights").json["items"].array.map { $0["name"].string } == ["mine", "shufflenet_v2_x0_5"])
            #expect(try await live.call("/v1/weights/none").status == 404)
        }
    }

    @Test("what does not fit its network is refused with every tensor named, and nothing is left behind")
    func refuses() async throws {
        let unfit = try weights { tensors in
            tensors["fc.bias"] = nil
            tensors["conv1.0.weight"] = StoredTensor([1])
            tensors["stranger"] = StoredTensor([1])
        }
        let system = try Data(contentsOf: TestSupport.projectDirectory.appendingPathComponent("Tests/References/pytorch/system.pth"))
        let toy = try Data(contentsOf: TestSupport.projectDirectory.appendingPathComponent("Tests/References/pytorch/toy.pth"))
        try await LiveService.with { live in
            let before = try live.files()
            let refused = try await live.put("/v1/weights/mine?network=shufflenet_v2_x0_5", unfit)
            #expect(refused.status == 422 && refused.isProblem)
            #expect(refused.json["errors"].array.map { $0["code"].string } == ["wrong_shape", "missing_tensor", "unexpected_tensor"])
            #expect(
                refused.json["errors"].array.first?["detail"].string
                    == "conv1.0.weight has shape [1], shufflenet_v2_x0_5 needs [24, 3, 3, 3]")
            // A pickle that calls os.system is refused by that name; a good one of another network by its tensors; nonsense as what it is
            let call = try await live.put("/v1/weights/mine?network=resnet18", system)
            #expect(call.status == 422)
            #expect(call.json["detail"].string?.contains("posix.system") == true)
            #expect(try await live.put("/v1/weights/mine?network=resnet18", toy).json["errors"].array.count > 100)
            #expect(try await live.put("/v1/weights/bad?network=resnet18", Data("nonsense".utf8)).status == 422)
            #expect(try await live.put("/v1/weights/bad?network=resnet18", Data("<!doctype html><p>".utf8)).status == 422)
            #expect(try await live.put("/v1/weights/other", unfit).status == 422)
            #expect(try await live.call("/v1/weights/mine").status == 404)
            #expect(try live.files() == before)
        }
    }
}
