import Foundation
import TestSupport

/// The steps that several tests begin with.
extension RunningService {
    /// Makes a dataset and imports the archive into it; returns when all is stored.
    func dataset(_ name: String, from archive: URL) async throws -> JSON {
        let made = try await post("/v1/datasets", #"{"name":"\#(name)"}"#)
        guard made.status == 201 else { throw EndToEndError.timeIsUp(waitingFor: "201 for the dataset", last: made.text) }
        let accepted = try await call(
            "/v1/datasets/\(name)/archives", "-X", "POST", "-H", "Content-Type: application/octet-stream", "-T", archive.path)
        guard accepted.status == 202, let id = accepted.json["id"].string else {
            throw EndToEndError.timeIsUp(waitingFor: "202 for the archive", last: accepted.text)
        }
        let job = try await finished(job: id)
        guard job["state"].string == "succeeded" else { throw EndToEndError.timeIsUp(waitingFor: "the import", last: "\(job)") }
        return try await call("/v1/datasets/\(name)").json
    }

    /// Submits a small training job and returns its identifier.
    func train(_ dataset: String, epochs: Int = 1, side: Int = 32, more: String = "") async throws -> String {
        let request = #"""
            {"type":"train","dataset":"\#(dataset)","network":"mobilenet_v2","image_size":\#(side),"epochs":\#(epochs),"batch_size":8,"patience":1000,"threads":1\#(more)}
            """#
        let accepted = try await post("/v1/jobs", request)
        guard accepted.status == 202, let id = accepted.json["id"].string else {
            throw EndToEndError.timeIsUp(waitingFor: "202 for the job", last: accepted.text)
        }
        return id
    }

    /// Returns once the job has trained for a while and is still far from its end.
    func untilInTheMiddle(of job: String) async throws {
        try await until("the middle of job \(job)", seconds: 120) {
            let now = try await call("/v1/jobs/\(job)").json
            if ["succeeded", "failed", "cancelled"].contains(now["state"].string ?? "") {
                throw EndToEndError.timeIsUp(waitingFor: "the middle of the job, but it is over", last: "\(now)")
            }
            return now["state"].string == "running" && (now["progress"]["epoch"].number ?? 0) >= 2
        }
    }
}
