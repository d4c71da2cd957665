import Engine
import Foundation
import ModelFormat
import Tensors
import TestSupport
import Testing

@Suite("Pretrained weights")
struct PretrainedWeightsSpecs {
    let url: URL
    let graph = ToyNetwork.graph()
    let fresh: ParameterSet
    let published: ParameterSet

    init() throws {
        url = try TestSupport.temporaryDirectory().appendingPathComponent("toy.safetensors")
        fresh = ParameterSet.initial(for: graph, seed: 1)
        published = ParameterSet.initial(for: graph, seed: 2)
    }

    private func write(_ parameters: ParameterSet, _ change: (inout [String: StoredTensor]) throws -> Void = { _ in }) throws {
        var tensors = parameters.tensors.mapValues { StoredTensor($0) }
        tensors["stem.bn.num_batches_tracked"] = try StoredTensor(elementType: .int64, shape: [], bytes: Data(count: 8))
        try change(&tensors)
        try Safetensors.write(tensors.map { ($0.key, $0.value) }, to: url)
    }

    @Test("with the same classes everything is loaded, counters are passed over")
    func loadsEverything() throws {
        try write(published)
        let loaded = try PretrainedWeights.loadReporting(url, for: graph, into: fresh)
        #expect(loaded.parameters == published)
        #expect(loaded.headWasLoaded)
        #expect(try PretrainedWeights.load(url, for: graph, into: fresh) == published)
    }

    @Test("with other classes the head stays fresh, and that is said")
    func keepsTheHead() throws {
        // Given weights of a network with 1000 classes
        try write(ParameterSet.initial(for: ToyNetwork.graph(classes: 1000), seed: 2))
        // When they are loaded for 3
        let loaded = try PretrainedWeights.loadReporting(url, for: graph, into: fresh)
        // Then the body is theirs and the head is the fresh one
        #expect(!loaded.headWasLoaded)
        #expect(loaded.classesInFile == 1000)
        #expect(loaded.parameters["classifier.weight"] == fresh["classifier.weight"])
        #expect(loaded.parameters["classifier.bias"] == fresh["classifier.bias"])
        #expect(loaded.parameters["block.conv.weight"] == published["block.conv.weight"])
    }

    @Test("half precision is widened exactly")
    func widensHalves() throws {
        try write(published) { tensors in
            let halves: [Float16] = [0.5, -2, 65504, 0.1]
            tensors["stem.bn.bias"] = try StoredTensor(elementType: .float16, shape: [4], bytes: halves.withUnsafeBytes { Data($0) })
        }
        #expect(try PretrainedWeights.load(url, for: graph, into: fresh)["stem.bn.bias"]?.values == [0.5, -2, 65504, 0.0999755859375])
    }

    @Test("every fault is named at once")
    func namesAllFaults() throws {
        try write(published) { tensors in
            tensors["stem.conv.weight"] = nil
            tensors["classifier.bias"] = nil
            tensors["block.bn.weight"] = StoredTensor([1, 2])
            tensors["other.weight"] = StoredTensor([1])
        }
        let expected = EngineError.parameters(
            missing: ["stem.conv.weight", "classifier.bias"], unexpected: ["other.weight"],
            wrongShape: [EngineError.WrongShape(name: "block.bn.weight", got: [2], expected: [4])])
        #expect(throws: expected) { try PretrainedWeights.load(url, for: graph, into: fresh) }
        #expect(throws: expected) { try PretrainedWeights.check(url, for: graph) }
    }

    @Test("a head of other features, or one whose parts disagree, is a fault and not another class count")
    func refusesOddHeads() throws {
        try write(ParameterSet.initial(for: ToyNetwork.graph(classes: 5), seed: 2)) { tensors in
            tensors["classifier.bias"] = StoredTensor([1, 2, 3])
        }
        #expect(throws: EngineError.self) { try PretrainedWeights.load(url, for: graph, into: fresh) }
        try write(ParameterSet.initial(for: graph, seed: 2)) { tensors in
            tensors["classifier.weight"] = StoredTensor(FloatTensor(zeros: [3, 9]))
        }
        #expect(throws: EngineError.self) { try PretrainedWeights.load(url, for: graph, into: fresh) }
    }

    @Test("integers in the place of weights, and values that are no numbers, are refused")
    func refusesOddValues() throws {
        try write(published) { $0["stem.bn.weight"] = try StoredTensor(elementType: .int32, shape: [4], bytes: Data(count: 16)) }
        #expect(throws: ModelFormatError.self) { try PretrainedWeights.load(url, for: graph, into: fresh) }
        try write(published) { $0["stem.bn.weight"] = StoredTensor([1, .nan, 1, 1]) }
        #expect(throws: ModelFormatError.self) { try PretrainedWeights.load(url, for: graph, into: fresh) }
    }

    @Test("PyTorch's files load like safetensors, wrapped in a checkpoint or not", arguments: ["toy", "toy_old", "toy_zip64"])
    func loadsPyTorch(name: String) throws {
        // Given the toy network whose n-th parameter is n + k / 100 (make_pytorch_files.py)
        let loaded = try PretrainedWeights.loadReporting(PyTorchFixture.url(name), for: graph, into: fresh)
        // Then its numbers are there, in the order of PyTorch's module
        #expect(loaded.headWasLoaded)
        #expect(loaded.parameters["stem.conv.weight"]?.values == (0..<108).map { 1 + Float($0) / 100 })
        #expect(loaded.parameters["stem.bn.running_var"]?.values == [5, 5.01, 5.02, 5.03])
        #expect(loaded.parameters["classifier.bias"]?.values == [12, 12.01, 12.02])
    }

    @Test("half precision under `state_dict` and `module.` is found and widened")
    func loadsCheckpoints() throws {
        let loaded = try PretrainedWeights.load(PyTorchFixture.url("toy_checkpoint"), for: graph, into: fresh)
        // 12.01 and 12.02 as float16 have steps of 1/128: 12.0078125 and 12.0234375
        #expect(loaded["classifier.bias"]?.values == [12, 12.0078125, 12.0234375])
        let fit = try PretrainedWeights.check(PyTorchFixture.url("toy_checkpoint"), for: graph)
        #expect(fit.prefix == "module.")
        #expect(!fit.isVerbatim)
        #expect(try PretrainedWeights.check(PyTorchFixture.url("toy"), for: graph).isVerbatim)
    }

    @Test("a .pth with another class count keeps everything but the head")
    func keepsTheHeadOfPyTorch() throws {
        let loaded = try PretrainedWeights.loadReporting(PyTorchFixture.url("toy_five_classes"), for: graph, into: fresh)
        #expect(!loaded.headWasLoaded)
        #expect(loaded.classesInFile == 5)
        #expect(loaded.parameters["classifier.weight"] == fresh["classifier.weight"])
        #expect(loaded.parameters["stem.bn.weight"]?.values == [2, 2.01, 2.02, 2.03])
    }
}
