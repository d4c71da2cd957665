import Foundation
import Testing

@Suite("studies over a socket")
struct StudyRoutesSpecs {
    private static let study =
        #"{"type":"study","datasets":["cells"],"networks":["mobilenet_v2","resnet18"],"methods":["supervised"],"seeds":[1,2],"image_size":64}"#

    @Test("a study is accepted with its datasets frozen once, its trainings are jobs, and its report is JSON, a table and a page")
    func studies() async throws {
        try await ScriptedWorkers.with { live in
            // When a study is submitted
            let accepted = try await live.post("/v1/jobs", Self.study, "-H", "Idempotency-Key: one")
            #expect(accepted.status == 202, "\(accepted.text)")
            let id = try #require(accepted.json["id"].string)
            #expect(accepted.json["specification"]["revisions"].array == [.number(1)])
            #expect(accepted.json["links"]["dataset"].string == "/v1/datasets/cells")
            // Then its trainings are listed by it, each with the frozen revision and its study
            let trainings = try await live.call(accepted.json["links"]["trainings"].string ?? "").json["items"].array
            #expect(trainings.count == 4)
            #expect(trainings.allSatisfy { $0["specification"]["study"].string == id && $0["specification"]["revision"].int == 1 })
            #expect(
                Set(trainings.compactMap { $0["specification"]["model"].string }) == [
                    "cells.mobilenet_v2.supervised", "cells.resnet18.supervised",
                ])
            // And it ends, with links
            let job = try await live.finished(id)
            #expect(job["state"].string == "succeeded", "\(job)")
            #expect(job["result"]["counts"]["trainings"].int == 2 && job["result"]["counts"]["failed"].int == 1)
            #expect(try await live.call(job["result"]["report"].string ?? "").json["trainings"].array.count == 2)
            // And the page may load and run nothing
            let page = try await live.call(job["result"]["pages"]["html"].string ?? "")
            #expect(page.status == 200 && page.fields["content-type"] == "text/html; charset=utf-8")
            #expect(page.fields["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(page.fields["x-content-type-options"] == "nosniff")
            let table = try await live.call(job["result"]["pages"]["csv"].string ?? "")
            #expect(table.status == 200 && table.fields["content-type"] == "text/csv; charset=utf-8")
            // And a training has a page, but no table
            let training = try #require(trainings.first?["id"].string)
            #expect(try await live.call("/v1/jobs/\(training)/report.html").status == 200)
            #expect(try await live.call("/v1/jobs/\(training)/report.csv").status == 404)
            // And every version of its models is there
            #expect(try await live.call("/v1/models/cells.resnet18.supervised").json["versions"].array.count == 2)
            // And nothing is left of the manifests
            #expect(try live.files().filter { $0.hasPrefix("incoming/") }.isEmpty)
            // And deleted, it takes its trainings with it
            #expect(try await live.call("/v1/jobs/\(id)", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/jobs/\(training)").status == 404)
        }
    }

    @Test("a study that cannot work is refused with every fault, and freezes nothing")
    func refuses() async throws {
        try await ScriptedWorkers.with { live in
            let refused = try await live.post(
                "/v1/jobs",
                #"{"type":"study","datasets":["cells","absent"],"networks":["mobilenet_v2"],"methods":["fixmatch"],"epochs":0,"colour":1}"#)
            #expect(refused.status == 422)
            let faults = refused.json["errors"].array.compactMap { fault in
                fault["pointer"].string.map { "\($0) \(fault["code"].string ?? "")" }
            }
            #expect(
                Set(faults) == ["/datasets/1 unknown_dataset", "/methods/0 no_unlabelled", "/epochs out_of_range", "/colour unknown_field"])
            #expect(try await live.call("/v1/datasets/cells/revisions").json["items"].array.isEmpty)
            #expect(try await live.call("/v1/jobs?study=none").status == 404)
        }
    }
}
