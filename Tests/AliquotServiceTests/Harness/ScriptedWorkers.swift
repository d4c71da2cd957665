import AliquotService
import Foundation
import TestSupport

/// Workers that are shell scripts: real child processes with the contract of `aliquot worker`, without its training.
///
/// A training makes ``SmallModel``; with seed 99 it runs until SIGTERM and keeps its checkpoint. An import fails. A study says that one of two trainings failed.
enum ScriptedWorkers {
    private static let script = #"""
        model=$1; dir=$2
        event() { printf '%s\n' "$1" >> "$dir/events.jsonl"; }
        trap 'exit 75' TERM
        echo "worker of $dir"
        event '{"time":"2026-01-31T12:00:00.000Z","kind":"progress","progress":{"fraction":0.5,"phase":"student","epoch":1,"epochs":2}}'
        event '{"time":"2026-01-31T12:00:01.000Z","kind":"metric","metrics":{"validation_macro_f1":0.75},"epoch":1,"phase":"student"}'
        mkdir -p "$dir/result"
        if grep -Eq '"seed" ?: ?99' "$dir/specification.json"; then while :; do sleep 0.02; done; fi
        if grep -Eq '"type" ?: ?"import"' "$dir/specification.json"; then
            printf '{"code":"not_an_archive","title":"No archive","detail":"a scripted failure"}' > "$dir/result/error.json"
            exit 1
        fi
        if grep -Eq '"type" ?: ?"study"' "$dir/specification.json"; then
            cp "$dir/trainings.json" "$dir/result/seen.json"
            printf '{"trainings":[{"failure":null},{"failure":"a scripted failure"}]}' > "$dir/result/report.json"
            printf '<!doctype html><title>Study</title>' > "$dir/result/report.html"
            printf 'dataset\r\n' > "$dir/result/report.csv"
            printf '{}' > "$dir/result/done.json"
            exit 0
        fi
        head -n 1 "$dir/revision.jsonl" > "$dir/result/seen.json"
        cp -r "$model" "$dir/result/model"
        printf '{"test":{"accuracy":1}}' > "$dir/result/report.json"
        printf '<!DOCTYPE html><p>read me</p>' > "$dir/result/report.html"
        printf '{}' > "$dir/result/done.json"
        """#

    static func use(in settings: inout ServiceSettings) throws {
        let folder = try TestSupport.temporaryDirectory()
        let program = folder.appendingPathComponent("worker.sh")
        try Data(script.utf8).write(to: program)
        let model = folder.appendingPathComponent("model")
        try SmallModel.write(to: model)
        settings.workerProgram = URL(fileURLWithPath: "/bin/sh")
        settings.workerArguments = [program.path, model.path]
    }

    /// Runs `body` with a service that has such workers and a dataset `cells` of two classes with three labelled pictures each.
    static func with<Result>(_ change: (inout ServiceSettings) -> Void = { _ in }, _ body: (LiveService) async throws -> Result)
        async throws -> Result
    {
        var settings = ServiceSettings(data: URL(fileURLWithPath: "/"))
        try use(in: &settings)
        let (program, arguments) = (settings.workerProgram, settings.workerArguments)
        return try await LiveService.with {
            $0.workerProgram = program
            $0.workerArguments = arguments
            change(&$0)
        } _: { live in
            try await fill(live)
            return try await body(live)
        }
    }

    static func fill(_ live: LiveService) async throws {
        _ = try await live.post("/v1/datasets", #"{"name":"cells"}"#)
        for seed in 1...6 {
            _ = try await live.put("/v1/datasets/cells/images/p\(seed)?label=\(seed < 4 ? "round" : "long")", try Pictures.png(seed))
        }
    }
}

extension LiveService {
    /// Submits a small training and returns its identifier.
    func train(_ more: String = "") async throws -> String {
        let accepted = try await post("/v1/jobs", #"{"type":"train","dataset":"cells","network":"mobilenet_v2"\#(more)}"#)
        guard accepted.status == 202, let id = accepted.json["id"].string else { throw Failure.noAnswer(accepted.text) }
        return id
    }

    func finished(_ id: String) async throws -> JSON {
        for _ in 0..<10 {
            let job = try await call("/v1/jobs/\(id)?wait=5").json
            if ["succeeded", "failed", "cancelled"].contains(job["state"].string ?? "") { return job }
        }
        throw Failure.noAnswer("job \(id) does not end")
    }

    /// Asks until the job is in `state`.
    func until(_ id: String, is state: String) async throws {
        for _ in 0..<500 {
            if try await call("/v1/jobs/\(id)").json["state"].string == state { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure.noAnswer("job \(id) does not become \(state)")
    }
}
