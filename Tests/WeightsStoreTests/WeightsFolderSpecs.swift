import Base
import Engine
import Foundation
import ModelFormat
import Tensors
import TestSupport
import Testing
import WeightsStore

@Suite("The folder of weights")
struct WeightsFolderSpecs {
    let folder: WeightsFolder
    let place: URL
    let name: ResourceName

    init() throws {
        folder = WeightsFolder(directory: try TestSupport.temporaryDirectory(), networks: ["toy"]) { _ in ToyGraph.graph() }
        place = try TestSupport.temporaryDirectory()
        name = try #require(ResourceName("mine"))
    }

    /// A copy of one of PyTorch's small files (Tests/References/make_pytorch_files.py).
    private func staged(_ file: String) throws -> URL {
        let url = place.appendingPathComponent("\(ULID.now())")
        try FileManager.default.copyItem(
            at: TestSupport.projectDirectory.appendingPathComponent("Tests/References/pytorch/\(file).pth"), to: url)
        return url
    }

    private func safetensors(_ change: (inout [String: StoredTensor]) -> Void = { _ in }) throws -> URL {
        var tensors = ParameterSet.initial(for: ToyGraph.graph(classes: 3), seed: 1).tensors.mapValues { StoredTensor($0) }
        change(&tensors)
        let url = place.appendingPathComponent("\(ULID.now())")
        try Safetensors.write(tensors.map { ($0.key, $0.value) }, to: url)
        return url
    }

    private var content: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.directory.path).sorted()) ?? [] }

    @Test("a safetensors file with the network's names is kept byte for byte, with its digest")
    func keepsSafetensors() throws {
        let file = try safetensors()
        let bytes = try Data(contentsOf: file)
        let facts = try folder.adopt(file, name: name, network: "toy", source: "a test")
        #expect(try Data(contentsOf: folder.directory.appendingPathComponent("mine.safetensors")) == bytes)
        #expect(content == ["mine.json", "mine.safetensors"])
        #expect(
            facts.entry == WeightsEntry(name: name, network: "toy", bytes: bytes.count, sha256: SHA256Digest(of: bytes), source: "a test"))
        // 3·4·9 + 4 + 4 + 4·9 + 4 + 4 + 3·4 + 3 parameters; running statistics are none
        #expect(facts.classes == 3 && facts.parameters == 175 && facts.elementTypes == ["F32"])
        #expect(try folder.entries() == [facts.entry])
        #expect(try folder.networks() == ["mine": "toy"])
        #expect(try folder.verify(name) == facts)
    }

    @Test("a .pth becomes safetensors with the same numbers, half precision kept", arguments: ["toy", "toy_old", "toy_checkpoint"])
    func convertsPyTorch(file: String) throws {
        let url = try staged(file)
        let facts = try folder.adopt(url, name: name, network: "toy")
        #expect(facts.elementTypes == [file == "toy_checkpoint" ? "F16" : "F32"])
        #expect(facts.translatedFrom == nil)
        let graph = ToyGraph.graph(classes: 3)
        let fresh = ParameterSet.initial(for: graph, seed: 1)
        let stored = folder.directory.appendingPathComponent("mine.safetensors")
        #expect(try PretrainedWeights.load(stored, for: graph, into: fresh) == PretrainedWeights.load(url, for: graph, into: fresh))
        #expect(try PretrainedWeights.check(stored, for: graph).isVerbatim)
        #expect(try folder.verify(name).entry.sha256 == SHA256Digest(ofFile: stored))
    }

    @Test("what does not fit is refused with every fault, and nothing is left or changed")
    func refuses() throws {
        // Given stored weights
        let before = try folder.adopt(safetensors(), name: name, network: "toy")
        let bytes = try Data(contentsOf: folder.directory.appendingPathComponent("mine.safetensors"))
        // When files come that lack, exceed, differ, hold no numbers, or are no weights
        let unfit = try safetensors { tensors in
            tensors["stem.bn.weight"] = nil
            tensors["block.bn.bias"] = StoredTensor([1])
            tensors["other"] = StoredTensor([1])
        }
        #expect {
            try folder.adopt(unfit, name: name, network: "toy")
        } throws: { error in
            guard case WeightsStoreError.unfit("toy", let faults) = error else { return false }
            return faults.map(\.code) == ["wrong_shape", "missing_tensor", "unexpected_tensor"]
                && faults.map(\.tensor) == ["block.bn.bias", "stem.bn.weight", "other"]
        }
        let infinite = try safetensors { $0["stem.bn.weight"] = StoredTensor([1, .infinity, 1, 1]) }
        #expect(throws: ModelFormatError.notFinite(tensor: "stem.bn.weight")) { try folder.adopt(infinite, name: name, network: "toy") }
        #expect(throws: ModelFormatError.forbiddenName("posix.system")) { try folder.adopt(staged("system"), name: name, network: "toy") }
        #expect(throws: WeightsStoreError.unknownNetwork(got: "other", known: ["toy"])) {
            try folder.adopt(staged("toy"), name: name, network: "other")
        }
        // Then the folder is as it was
        #expect(content == ["mine.json", "mine.safetensors"])
        #expect(try Data(contentsOf: folder.directory.appendingPathComponent("mine.safetensors")) == bytes)
        #expect(try folder.facts(name) == before)
    }

    @Test("a stored file that was changed is found out")
    func verifies() throws {
        _ = try folder.adopt(safetensors(), name: name, network: "toy")
        let stored = folder.directory.appendingPathComponent("mine.safetensors")
        var bytes = try Data(contentsOf: stored)
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: stored)
        #expect(throws: WeightsStoreError.self) { try folder.verify(name) }
        #expect(throws: WeightsStoreError.noSuchWeights("none")) { try folder.verify(#require(ResourceName("none"))) }
    }

    @Test("files laid there by hand are listed under their own names, whatever stands beside them")
    func listsFilesByHand() throws {
        try FileManager.default.moveItem(at: safetensors(), to: folder.directory.appendingPathComponent("toy.safetensors"))
        try Data("not JSON".utf8).write(to: folder.directory.appendingPathComponent("toy.json"))
        try Data("half".utf8).write(to: folder.directory.appendingPathComponent(".toy.part"))
        let toy = try #require(ResourceName("toy"))
        #expect(try folder.entries().map { [$0.name.description, $0.network] } == [["toy", "toy"]])
        #expect(try folder.verify(toy).classes == 3)
    }

    @Test("a folder that is not there holds nothing, and looking makes none")
    func looksWithoutATrace() throws {
        let none = WeightsFolder(directory: place.appendingPathComponent("none"), networks: ["toy"]) { _ in ToyGraph.graph() }
        #expect(try none.entries().isEmpty)
        #expect(throws: WeightsStoreError.noSuchWeights("mine")) { try none.verify(name) }
        #expect(!FileManager.default.fileExists(atPath: none.directory.path))
    }
}
