import Base
import Foundation
import Jobs
import Testing

@Suite("A submitted quantisation")
struct QuantiseSubmissionSpecs {
    private static let digest = SHA256Digest(of: Data("a float part".utf8))

    /// A model of versions 1 and 3, of which version 3 learned from revision 2 of `cells` with seed 7.
    private static func context(
        _ labelled: [String: Int]? = ["a": 20, "b": 20], validation: Int = 0, hasModel: Bool = true, hasVersion: Bool = true,
        learnedFrom dataset: String? = "cells"
    ) -> SubmissionContext {
        let version = ModelFacts.Version(
            number: 3, classes: ["b", "a"], floatDigest: digest, dataset: dataset.flatMap { ResourceName($0) },
            revision: dataset == nil ? nil : 2, seed: 7)
        return SubmissionContext(
            networks: [], weights: [:], cores: 4, memoryBytes: 1 << 30,
            dataset: labelled.map { DatasetFacts(labelledPerClass: $0, unlabelled: 0, labelledValidation: validation) },
            model: hasModel ? ModelFacts(versions: [1, 3], version: hasVersion ? version : nil) : nil)
    }

    private static func faults(_ json: String, _ context: SubmissionContext = context()) throws -> [String] {
        try Submission.faults(json, in: context)
    }

    @Test("that names only its model takes the newest version with the pictures and the seed that this learned from")
    func defaults() throws {
        // Given the shortest job
        let submission = try Submission(json: Array(#"{"type":"quantise","model":"cells"}"#.utf8))
        #expect(submission.isQuantisation && submission.model == ResourceName("cells") && submission.version == nil)
        // Then the facts of the version's dataset are needed, and those of what the request names where it names one
        let facts = Self.context().model
        #expect(submission.pictures(for: facts).dataset == ResourceName("cells") && submission.pictures(for: facts).revision == 2)
        let other = try Submission(json: Array(#"{"type":"quantise","model":"cells","dataset":"leaves"}"#.utf8))
        #expect(other.pictures(for: facts).dataset == ResourceName("leaves") && other.pictures(for: facts).revision == nil)
        // When it is judged
        let specification = try submission.specification(in: Self.context())
        // Then every field has its value
        let name = try #require(ResourceName("cells"))
        let expected = QuantiseSpecification(
            model: name, version: 3, floatDigest: Self.digest, dataset: name, revision: 2,
            quantisation: .init(scheme: .ptq, calibration: .percentile, maximumDrop: 0.01), seed: 7)
        #expect(specification == .quantise(expected) && specification.type == .quantise && specification.dataset == name)
        // And the worker reads the same from the file
        #expect(try JSONDecoder().decode(JobSpecification.self, from: try JSONEncoder().encode(specification)) == specification)
    }

    @Test("with every field given is read as it stands; a dataset's revision is frozen by the service")
    func everyField() throws {
        let json = #"""
            {"type":"quantise","model":"cells","version":3,"dataset":"leaves","quantisation":{"scheme":"ptq","calibration":"mse","max_drop":0.5},
             "seed":9,"threads":2,"priority":5,"time_limit_s":60}
            """#
        let specification = try Submission(json: Array(json.utf8)).specification(in: Self.context(validation: 3))
        let (model, dataset) = (try #require(ResourceName("cells")), try #require(ResourceName("leaves")))
        let expected = QuantiseSpecification(
            model: model, version: 3, floatDigest: Self.digest, dataset: dataset, revision: nil,
            quantisation: .init(scheme: .ptq, calibration: .mse, maximumDrop: 0.5), seed: 9, threads: 2, priority: 5, timeLimitSeconds: 60)
        #expect(specification == .quantise(expected))
        #expect(specification.threads == 2 && specification.priority == 5 && specification.timeLimitSeconds == 60)
        #expect(specification.with(revision: 4).revision == 4 && specification.with(revision: 4).type == .quantise)
    }

    @Test("is refused with every fault at once")
    func refusals() throws {
        // Given a job in which nearly everything is wrong
        let bad = #"""
            {"type":"quantise","model":"no/name","version":0,"dataset":7,"revision":-1,"epochs":3,"seed":-1,"threads":99,"priority":1000,"time_limit_s":0,
             "quantisation":{"scheme":"none","calibration":"luck","max_drop":2,"colour":1}}
            """#
        // Then each fault is told
        #expect(
            try Self.faults(bad) == [
                "/dataset wrong_type", "/epochs unknown_field", "/model invalid_name", "/priority out_of_range",
                "/quantisation/calibration unknown_value", "/quantisation/colour unknown_field", "/quantisation/max_drop out_of_range",
                "/quantisation/scheme nothing_to_do", "/revision out_of_range", "/seed out_of_range", "/threads out_of_range",
                "/time_limit_s out_of_range", "/version out_of_range",
            ])
        #expect(try Self.faults(#"{"type":"quantise"}"#) == ["/model required"])
    }

    @Test("what is not there is refused: model, version, dataset, a lineage to take it from; faults of model and pictures together")
    func unknown() throws {
        let plain = #"{"type":"quantise","model":"cells"}"#
        let named = #"{"type":"quantise","model":"cells","dataset":"cells"}"#
        #expect(try Self.faults(plain, Self.context(hasModel: false)) == ["/model unknown_model"])
        #expect(try Self.faults(plain, Self.context(hasVersion: false)) == ["/version unknown_version"])
        #expect(try Self.faults(plain, Self.context(nil)) == ["/dataset unknown_dataset"])
        #expect(try Self.faults(plain, Self.context(nil, learnedFrom: nil)) == ["/dataset required"])
        #expect(try Self.faults(named, Self.context(nil, hasModel: false)) == ["/dataset unknown_dataset", "/model unknown_model"])
        #expect(try Self.faults(named, Self.context(learnedFrom: nil)).isEmpty)
    }

    @Test("pictures that cannot serve are refused: other classes, nothing for the ranges, nothing to judge by")
    func pictures() throws {
        let plain = #"{"type":"quantise","model":"cells"}"#
        #expect(try Self.faults(plain, Self.context(["a": 9, "b": 9, "c": 0])) == ["/dataset other_classes"])
        #expect(try Self.faults(plain, Self.context(["a": 9])) == ["/dataset other_classes"])
        #expect(try Self.faults(plain, Self.context(["a": 0, "b": 0], validation: 9)) == ["/dataset no_labels"])
        #expect(try Self.faults(plain, Self.context(["a": 1, "b": 1])) == ["/dataset no_validation"])
        // One picture for the ranges and others to judge by are enough; so is a class with a second one to set aside
        #expect(try Self.faults(plain, Self.context(["a": 1, "b": 0], validation: 1)).isEmpty)
        #expect(try Self.faults(plain, Self.context(["a": 2, "b": 0])).isEmpty)
        // And the sentence says which classes are not the model's
        do {
            _ = try Submission(json: Array(plain.utf8)).specification(in: Self.context(["a": 9, "c": 9]))
            Issue.record("it was accepted")
        } catch SpecificationError.invalid(let faults) {
            #expect(faults.first?.detail.contains("does not know 'c'; the dataset lacks 'b'") == true)
        }
    }
}
