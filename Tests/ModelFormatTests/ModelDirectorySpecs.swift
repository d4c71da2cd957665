import Base
import Engine
import Foundation
import ModelFormat
import Tensors
import TestSupport
import Testing

@Suite("Model directories")
struct ModelDirectorySpecs {
    let graph = ToyNetwork.graph()
    let parameters: ParameterSet
    let quantised: QuantisedNetwork
    let manifest = ModelManifest(
        architecture: "toy", classes: ["rbc", "wbc", "plättchen"], input: InputDescription(size: 32, fit: "pad"), defaultPrecision: .int8,
        precisionReasons: ["int8 is faster"], temperature: 1.25, lineage: ModelLineage(job: "01J", dataset: "cells", seed: 7),
        createdAt: Timestamp(milliseconds: 1_769_860_800_000))
    let directory: URL
    var url: URL { directory.appendingPathComponent("3") }

    init() throws {
        parameters = ParameterSet.initial(for: graph, seed: 1)
        quantised = try ToyNetwork.quantised(graph, parameters)
        directory = try TestSupport.temporaryDirectory()
    }

    @Test("what was written is read again, bit for bit")
    func roundTrips() throws {
        // Given a model on disk
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("{}".utf8), to: url)
        // When it is opened
        let model = try ModelDirectory(opening: url)
        // Then all parts are as they were
        #expect(try model.graph() == graph)
        #expect(try model.parameters() == parameters)
        #expect(try model.quantised() == quantised)
        #expect(try model.report() == Data("{}".utf8))
        #expect(model.manifest.classes == manifest.classes)
        #expect(model.manifest.precisions == [.float, .int8])
        #expect(model.manifest.defaultPrecision == .int8)
        #expect(model.manifest.temperature == 1.25)
        #expect(model.manifest.lineage == manifest.lineage)
        #expect(model.manifest.createdAt == manifest.createdAt)
        // And the directory holds these files and nothing else
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
        #expect(names == ["float.safetensors", "graph.json", "int8.safetensors", "manifest.json", "report.json"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["3"])
        #expect(model.file("int8.safetensors") == url.appendingPathComponent("int8.safetensors"))
        #expect(model.file("../3/manifest.json") == nil)
        try model.verify()
    }

    @Test("prediction sets are kept with their promise, and a model of an earlier release has none")
    func conformal() throws {
        // Given a model with a threshold for each precision
        var manifest = manifest
        manifest.conformal = ConformalCalibration(alpha: 0.1, samples: 90, thresholds: [.float: 0.93, .int8: 0.95])
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("{}".utf8), to: url)
        let read = try ModelDirectory(opening: url).manifest
        #expect(read.conformal == manifest.conformal && read.conformal?.threshold(.int8) == 0.95)
        // When the manifest has no such member, as earlier releases wrote it
        let file = url.appendingPathComponent(ModelDirectory.manifestName)
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        #expect(object.removeValue(forKey: "conformal") != nil)
        try JSONSerialization.data(withJSONObject: object).write(to: file)
        // Then it opens all the same
        #expect(try ModelDirectory(opening: url).manifest.conformal == nil)
        // And a promise that is none is refused
        manifest.precisions = [.float, .int8]
        manifest.conformal = ConformalCalibration(alpha: 1, samples: 90, thresholds: [.float: 1.5])
        #expect(
            throws: ModelFormatError.invalidManifest([
                "conformal alpha is 1.0, allowed is 0 < α < 1", "the conformal threshold of float is 1.5, allowed is 0 to 1",
            ])
        ) { try manifest.validate() }
    }

    @Test("a model without an int8 form has float alone, and cannot have int8 as its default")
    func floatAlone() throws {
        #expect(throws: ModelFormatError.self) {
            try ModelDirectory.write(manifest: manifest, graph: graph, parameters: parameters, quantised: nil, report: Data(), to: url)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        var float = manifest
        float.defaultPrecision = .float
        let model = try ModelDirectory.write(manifest: float, graph: graph, parameters: parameters, quantised: nil, report: Data(), to: url)
        #expect(model.manifest.precisions == [.float])
        #expect(try model.quantised() == nil)
    }

    @Test("a model is never overwritten")
    func refusesToOverwrite() throws {
        try ModelDirectory.write(manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data(), to: url)
        #expect(throws: ModelFormatError.alreadyExists(url.path)) {
            try ModelDirectory.write(
                manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("new".utf8), to: url)
        }
        #expect(try ModelDirectory(opening: url).report() == Data())
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["3"])
    }

    @Test("a byte changed anywhere is found before it is used", arguments: ModelDirectory.names)
    func findsChangedBytes(name: String) throws {
        let model = try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("{\"a\":1}".utf8), to: url)
        // Given a file in which one bit flipped
        let file = url.appendingPathComponent(name)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        // Then reading it says so
        func isWrongDigest(_ error: any Error) -> Bool {
            if case ModelFormatError.wrongDigest(let found, _, _) = error { found == name } else { false }
        }
        #expect(performing: { try model.verify() }, throws: isWrongDigest)
        #expect(
            performing: {
                switch name {
                case ModelDirectory.graphName: _ = try model.graph()
                case ModelDirectory.floatName: _ = try model.parameters()
                case ModelDirectory.int8Name: _ = try model.quantised()
                default: _ = try model.report()
                }
            }, throws: isWrongDigest)
    }

    @Test("a file cut short or missing is found on opening")
    func findsMissingFiles() throws {
        try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: quantised, report: Data("{}".utf8), to: url)
        let file = url.appendingPathComponent(ModelDirectory.floatName)
        let bytes = try Data(contentsOf: file)
        try bytes.dropLast().write(to: file)
        #expect(throws: ModelFormatError.wrongFileSize(file: "float.safetensors", got: bytes.count - 1, expected: bytes.count)) {
            try ModelDirectory(opening: url)
        }
        try FileManager.default.removeItem(at: file)
        #expect(throws: ModelFormatError.self) { try ModelDirectory(opening: url) }
    }

    @Test("all that is wrong with a manifest is said at once")
    func namesAllFaults() throws {
        var bad = manifest
        bad.format = 2
        bad.classes = ["a", "a", ""]
        bad.temperature = 0
        bad.input = InputDescription(size: 4, fit: "stretch", mean: [1], std: [0, 1, 1])
        #expect(
            performing: { try bad.validate() },
            throws: { error in
                guard case ModelFormatError.invalidManifest(let faults) = error else { return false }
                return faults.count == 9
            })
    }

    @Test("graph, classes and int8 form must belong together")
    func refusesStrangers() throws {
        let other = ToyNetwork.graph(classes: 4)
        #expect(throws: ModelFormatError.self) {
            try ModelDirectory.write(
                manifest: manifest, graph: other, parameters: ParameterSet.initial(for: other, seed: 1), quantised: nil, report: Data(),
                to: url)
        }
        let otherInt8 = try ToyNetwork.quantised(other, ParameterSet.initial(for: other, seed: 1))
        #expect(throws: ModelFormatError.self) {
            try ModelDirectory.write(
                manifest: manifest, graph: graph, parameters: parameters, quantised: otherInt8, report: Data(), to: url)
        }
    }
}
