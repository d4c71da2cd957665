import Foundation
import Images
import TestSupport
import Testing

@Suite("the Open Inference Protocol, spoken by a client that was not written here")
struct TritonClientSpecs {
    @Test("an unmodified tritonclient reads health, metadata and statistics, and gets the answers of classify every way it can ask")
    func speaksToTritonClient() async throws {
        guard let python = try await TritonClient.interpreter() else { return }
        try await ScriptedWorkers.with { live in
            // Given a model that answers with the brightest colour, and one picture of each
            _ = try await live.finished(try await live.train())
            let folder = try TestSupport.temporaryDirectory()
            var files: [String] = []
            for (name, colour) in [("red", [250, 10, 10]), ("green", [10, 250, 10]), ("blue", [10, 10, 250])] as [(String, [UInt8])] {
                let image = try RGBImage(width: 20, height: 20, pixels: (0..<400).flatMap { _ in colour })
                files.append(folder.appendingPathComponent("\(name).png").path)
                try Data(ImageEncoder.png(image)).write(to: URL(fileURLWithPath: files[files.count - 1]))
            }
            // When the client goes through all its calls
            let address = String(live.address.dropFirst("http://".count))
            let run = try await ChildProcess.run(python, [TritonClient.script.path, address, "cells"] + files, timeout: .seconds(60))
            let got = (try? JSONDecoder().decode(JSON.self, from: run.output)) ?? .null
            #expect(run.status == 0, "\(run.errorText.suffix(2000))")
            // Then it understood them
            #expect(got["live"] == .bool(true) && got["ready"] == .bool(true) && got["model_ready"] == .bool(true))
            #expect(got["no_such_model_ready"] == .bool(false))
            #expect(got["metadata"]["inputs"].array.map { $0["datatype"].string } == ["BYTES", "UINT8", "FP32"])
            #expect(got["metadata"]["versions"] == .array([.string("1")]) && got["version_metadata"].string == "cells")
            #expect(got["config"]["max_batch_size"].int == 64)
            #expect(got["index"][0]["state"].string == "READY")
            #expect(got["id"].string == "seven" && got["by_version"].string == "1")
            // And each picture got its own colour, the numbers of classify
            let classified = try await live.put(
                "/v1/models/cells/classify", try Data(contentsOf: URL(fileURLWithPath: files[2])), "-X", "POST")
            let best = try #require(classified.json["predictions"][0]["probability"].number)
            for index in 0..<3 {
                let row = got["probabilities"][index].array.compactMap(\.number)
                #expect(row.count == 3 && abs(row.reduce(0, +) - 1) < 1e-5 && row.firstIndex(of: row.max() ?? 0) == index)
            }
            #expect(abs((got["probabilities"][2][2].number ?? 0) - best) < 1e-6)
            #expect(got["classes_json"] == got["classes_binary"])
            #expect(
                got["classes_json"].array.map { $0[0].string?.split(separator: ":").dropFirst().joined(separator: ":") } == [
                    "0:red", "1:green", "2:blue",
                ])
            // And pixels and numbers mean the same as files
            for way in ["pixels", "numbers_binary", "numbers_json"] {
                for index in 0..<3 {
                    for place in 0..<3 {
                        let (a, b) = (got[way][index][place].number ?? .nan, got["logits"][index][place].number ?? .infinity)
                        #expect(abs(a - b) < 1e-4, "\(way) \(index) \(place)")
                    }
                }
            }
            #expect(got["asynchronous"] == .array([JSON](repeating: .number(1), count: 8)))
            #expect((got["statistics"]["inference_count"].int ?? 0) >= 24)
            #expect((got["statistics"]["execution_count"].int ?? 0) > 0)
            #expect(got["all_statistics"].int == 1)
            // And every mistake is told in the client's own error
            let expected = [
                "model": "404", "metadata": "404", "name": "400", "datatype": "400", "shape": "400", "not_finite": "400",
                "not_a_picture": "415",
                "output": "400", "two_inputs": "400", "precision": "422", "parameter": "400",
            ]
            #expect(got["refusals"].keys == expected.keys.sorted())
            for (name, status) in expected {
                #expect(got["refusals"][name]["status"].string == status, "\(name): \(got["refusals"][name])")
                #expect((got["refusals"][name]["message"].string ?? "").count > 15)
            }
        }
    }
}
