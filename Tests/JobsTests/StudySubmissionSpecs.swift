import Base
import Jobs
import Testing

@Suite("A submitted study")
struct StudySubmissionSpecs {
    private static func plan(_ json: String, facts: [String: DatasetFacts] = ["cells": good, "leaves": good]) throws -> StudyPlan {
        let named = Dictionary(uniqueKeysWithValues: facts.compactMap { name, facts in ResourceName(name).map { ($0, facts) } })
        return try Submission(json: Array(json.utf8)).study(in: SubmissionSpecs.context(nil), facts: named)
    }

    private static let good = DatasetFacts(labelledPerClass: ["a": 20, "b": 20], unlabelled: 100)

    private static func faults(_ json: String, facts: [String: DatasetFacts] = ["cells": good, "leaves": good]) throws -> [String] {
        do {
            _ = try plan(json, facts: facts)
            return []
        } catch SpecificationError.invalid(let faults) {
            return faults.map { "\($0.pointer) \($0.code)" }.sorted()
        }
    }

    @Test("becomes one training for each place of its grid, with the fields that the place's method and network know")
    func grid() throws {
        // Given two datasets, networks, methods and seeds, weights of one network, and fields of single methods
        let plan = try Self.plan(
            #"""
            {"type":"study","datasets":["cells","leaves"],"networks":["mobilenet_v2","resnet18"],"methods":["supervised","mixmatch"],"seeds":[5,9],
             "weights":["mobilenet_v2"],"freeze_epochs":1,"epochs":7,"image_size":96,"alpha":0.5,"model":"trial","priority":3}
            """#)
        // Then there are 2 × 2 × 2 × 2 trainings, dataset by dataset, seeds together
        let trainings = plan.trainings
        #expect(trainings.count == 16)
        #expect(
            trainings.prefix(5).map { "\($0.dataset) \($0.network) \($0.method.rawValue) \($0.seed)" } == [
                "cells mobilenet_v2 supervised 5", "cells mobilenet_v2 supervised 9", "cells mobilenet_v2 mixmatch 5",
                "cells mobilenet_v2 mixmatch 9", "cells resnet18 supervised 5",
            ])
        // And each has the common fields, those of its method, and the weights of its network
        #expect(trainings.allSatisfy { $0.epochs == 7 && $0.imageSize == 96 && $0.priority == 3 })
        #expect(trainings.allSatisfy { ($0.semiSupervision.alpha == 0.5) == ($0.method == .mixmatch) })
        #expect(trainings.allSatisfy { ($0.weights == "mobilenet_v2") == ($0.network == "mobilenet_v2") })
        #expect(trainings.allSatisfy { $0.freezeEpochs == ($0.network == "mobilenet_v2" ? 1 : 0) })
        // And its models are told apart
        #expect(trainings[0].model == ResourceName("trial.cells.mobilenet_v2.supervised"))
        #expect(plan.study.seeds == [5, 9] && plan.study.priority == 3 && plan.study.revisions.isEmpty)
    }

    @Test("holds standard networks beside its grid, each trained on labels alone")
    func standardNetworks() throws {
        // Given a compact network with two methods, and a standard one
        let plan = try Self.plan(
            #"{"type":"study","datasets":["cells"],"networks":["mobilenet_v2"],"standard_networks":["resnet18"],"methods":["supervised","fixmatch"],"seeds":[5]}"#
        )
        // Then the standard one has one training
        #expect(
            plan.trainings.map { "\($0.network) \($0.method.rawValue)" } == [
                "mobilenet_v2 supervised", "mobilenet_v2 fixmatch", "resnet18 supervised",
            ])
        #expect(plan.study.columns.count == 3)
        // And one that stands in the grid already, or that is none, is refused where it stands
        let faults = try Self.faults(
            #"{"type":"study","datasets":["cells"],"networks":["mobilenet_v2"],"standard_networks":["mobilenet_v2","nonet"],"methods":["fixmatch"]}"#
        )
        #expect(faults == ["/standard_networks/0 duplicate", "/standard_networks/1 unknown_network"])
    }

    @Test("gives a method fields of its own, and tells their faults where they stand")
    func methodFields() throws {
        // Given common fields, and other ones for fixmatch
        let plan = try Self.plan(
            #"""
            {"type":"study","datasets":["cells"],"networks":["mobilenet_v2"],"methods":["supervised","fixmatch"],"seeds":[5],"epochs":9,
             "method_fields":{"fixmatch":{"epochs":3,"threshold":0.9}}}
            """#)
        // Then each method has its own
        #expect(plan.trainings.map(\.epochs) == [9, 3] && plan.trainings[1].semiSupervision.threshold == 0.9)
        // And what is wrong is told at its place
        let faults = try Self.faults(
            #"""
            {"type":"study","datasets":["cells"],"networks":["mobilenet_v2"],"methods":["supervised","fixmatch"],
             "method_fields":{"fixmatch":{"epochs":0,"seed":3},"supervised":{"threshold":0.9},"mixmatch":{},"other/one":7}}
            """#)
        #expect(
            faults == [
                "/method_fields/fixmatch/epochs out_of_range", "/method_fields/fixmatch/seed unknown_field",
                "/method_fields/mixmatch unknown_method", "/method_fields/other~1one unknown_method",
                "/method_fields/supervised/threshold not_for_method",
            ])
    }

    @Test("of one dataset names its models after it, and has three seeds unless told otherwise")
    func defaults() throws {
        let plan = try Self.plan(#"{"type":"study","datasets":["cells"],"networks":["mobilenet_v2"],"methods":["supervised"]}"#)
        #expect(plan.trainings.map(\.seed) == [1, 2, 3])
        #expect(plan.trainings.first?.model == ResourceName("cells.mobilenet_v2.supervised"))
    }

    @Test("that cannot work is told every fault at once, each where it stands")
    func faults() throws {
        // Given a study in which nothing is right
        let got = try Self.faults(
            #"""
            {"type":"study","datasets":["cells","nowhere","../x","cells"],"networks":["mobilenet_v2","alexnet"],"methods":["supervised","magic"],
             "seeds":[1,-1],"weights":["plankton","absent"],"epochs":0,"alpha":0.5,"teachers":["resnet18"],"colour":"red","seed":3}
            """#)
        // Then each fault is told once, however many trainings would meet it
        #expect(
            got == [
                "/alpha not_for_method", "/colour unknown_field", "/datasets/1 unknown_dataset", "/datasets/2 invalid_name",
                "/datasets/3 duplicate", "/epochs out_of_range", "/methods/1 unknown_value",
                "/networks/1 unknown_network", "/seed unknown_field", "/seeds/1 out_of_range", "/teachers not_for_method",
                "/weights/0 other_network", "/weights/1 unknown_weights",
            ])
    }

    @Test(
        "is bounded, and refused where there is nothing to compare or nothing to learn from",
        arguments: [
            (#""datasets":["cells"],"networks":["mobilenet_v2"],"methods":["supervised"],"seeds":[1]"#, [" nothing_to_compare"]),
            (#""datasets":["cells"],"networks":["mobilenet_v2"],"methods":[]"#, ["/methods out_of_range"]),
            (#""networks":["mobilenet_v2"],"methods":["supervised"]"#, ["/datasets required"]),
            (
                #""datasets":["few"],"networks":["mobilenet_v2"],"methods":["fixmatch"]"#,
                ["/datasets/0 too_few_labels", "/methods/0 no_unlabelled"]
            ),
            (#""datasets":"cells","networks":["mobilenet_v2"],"methods":["supervised"]"#, ["/datasets wrong_type"]),
            (#""datasets":["cells"],"networks":["resnet18"],"methods":["supervised"],"image_size":32"#, ["/image_size too_small"]),
        ])
    func bounds(fields: String, expected: [String]) throws {
        let few = DatasetFacts(labelledPerClass: ["a": 20, "b": 1], unlabelled: 0)
        #expect(try Self.faults("{\"type\":\"study\",\(fields)}", facts: ["cells": Self.good, "few": few]) == expected)
    }

    @Test("of too many trainings is refused with their number")
    func tooMany() throws {
        let seeds = (1...100).map(String.init).joined(separator: ",")
        let text =
            #"{"type":"study","datasets":["cells","leaves"],"networks":["mobilenet_v2","resnet18"],"methods":["supervised","fixmatch"],"seeds":[\#(seeds)]}"#
        #expect(try Self.faults(text) == [" too_many_trainings"])
    }
}
