import Foundation
import Images
import TestSupport
import Testing

@Suite("the Open Inference Protocol over a socket")
struct OpenInferenceSpecs {
    private func picture(_ colour: [UInt8]) throws -> Data {
        Data(try ImageEncoder.jpeg(RGBImage(width: 20, height: 20, pixels: (0..<400).flatMap { _ in colour })))
    }

    /// POST of JSON with bytes behind it.
    private func infer(_ live: LiveService, _ json: String, _ binary: Data = Data(), header: String? = nil) async throws -> Answer {
        var arguments = ["-X", "POST", "-H", "Content-Type: application/octet-stream"]
        if !binary.isEmpty || header != nil {
            arguments += ["-H", "Inference-Header-Content-Length: \(header ?? "\(json.utf8.count)")"]
        }
        return try await TestSupport.withTemporaryDirectory { place in
            let file = place.appendingPathComponent("body")
            try (Data(json.utf8) + binary).write(to: file)
            return try await live.call("/v2/models/cells/infer", arguments: arguments + ["--data-binary", "@\(file.path)"])
        }
    }

    private func element(_ bytes: Data) -> Data { withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { Data($0) } + bytes }

    @Test("pictures are answered as JSON and as bytes, with the id and the outputs that were asked for")
    func answers() async throws {
        try await ScriptedWorkers.with { live in
            _ = try await live.finished(try await live.train())
            let green = try picture([10, 240, 10])
            // Base64 in JSON
            let base64 = green.base64EncodedString()
            let plain = try await live.post(
                "/v2/models/cells/infer", #"{"id":"a","inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["\#(base64)"]}]}"#)
            #expect(plain.status == 200, "\(plain.text)")
            #expect(
                plain.json["id"].string == "a" && plain.json["model_name"].string == "cells" && plain.json["model_version"].string == "1")
            #expect(plain.json["parameters"]["precision"].string == "float")
            #expect(plain.json["outputs"].array.map { $0["name"].string } == ["probabilities", "logits"])
            let row = plain.json["outputs"][0]["data"].array.compactMap(\.number)
            #expect(row.count == 3 && row.firstIndex(of: row.max() ?? 0) == 1)
            // Two files as bytes, the answer as bytes
            let two = element(green) + element(try picture([240, 10, 10]))
            let json = #"""
                {"inputs":[{"name":"image","datatype":"BYTES","shape":[2,1],"parameters":{"binary_data_size":\#(two.count)}}],
                 "outputs":[{"name":"logits","parameters":{"binary_data":true}}]}
                """#
            let binary = try await infer(live, json, two)
            #expect(binary.status == 200, "\(binary.text)")
            let length = try #require(binary.fields["inference-header-content-length"].flatMap { Int($0) })
            let head = try JSONDecoder().decode(JSON.self, from: binary.body.prefix(length))
            #expect(head["outputs"][0]["shape"] == .array([.number(2), .number(3)]))
            #expect(head["outputs"][0]["parameters"]["binary_data_size"].int == 24 && binary.body.count == length + 24)
            let logits = binary.body.dropFirst(length).withUnsafeBytes { bytes in
                (0..<6).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
            #expect(abs(Double(logits[1]) - (plain.json["outputs"][1]["data"][1].number ?? 0)) < 1e-6)
            #expect(logits[3] > logits[4])
            // And below /v2 every error has the protocol's field beside those of a problem
            let missing = try await live.call("/v2/nothing")
            #expect(missing.status == 404 && missing.isProblem && missing.json["error"].string == missing.json["detail"].string)
            #expect(try await live.call("/v1/nothing").json["error"].string == nil)
        }
    }

    @Test("every malformed request is refused with 400 and told all that is wrong; none is answered")
    func refusesHostileInput() async throws {
        try await ScriptedWorkers.with { live in
            _ = try await live.finished(try await live.train())
            let good = element(try picture([10, 240, 10]))
            func input(_ fields: String) -> String { #"{"inputs":[{\#(fields)}]}"# }
            func image(_ shape: String, _ size: Int) -> String {
                input(#""name":"image","datatype":"BYTES","shape":\#(shape),"parameters":{"binary_data_size":\#(size)}"#)
            }
            var lying = good
            lying.replaceSubrange(0..<4, with: [0xFF, 0xFF, 0xFF, 0x7F])
            let cases: [(String, Data, String?)] = [
                // Lengths that lie
                (image("[1]", good.count), good, "99999999"), (image("[1]", good.count), good, "-1"),
                (image("[1]", good.count), good, "4x"),
                (image("[1]", good.count), good, "12"), (image("[1]", good.count + 1), good, nil),
                (image("[1]", good.count - 1), good, nil),
                (image("[1]", good.count), good + Data([1]), nil), (image("[2]", good.count), good, nil),
                (image("[1]", good.count), lying, nil),
                (image("[1]", 3), Data([1, 0, 0]), nil),
                // Shapes
                (image("[0]", good.count), good, nil), (image("[-1]", good.count), good, nil), (image("[]", good.count), good, nil),
                (image("[1,2]", good.count), good, nil), (image("[65]", good.count), good, nil), (image("[1.5]", good.count), good, nil),
                (
                    input(#""name":"pixels","datatype":"UINT8","shape":[1,1000000000,1000000000,3],"parameters":{"binary_data_size":3}"#),
                    Data([1, 2, 3]), nil
                ),
                (input(#""name":"pixels","datatype":"UINT8","shape":[1,2,2,4],"data":[1]"#), Data(), nil),
                (input(#""name":"input","datatype":"FP32","shape":[1,3,99,99],"data":[1]"#), Data(), nil),
                // Datatypes and data
                (input(#""name":"image","datatype":"FP64","shape":[1],"data":["aGk="]"#), Data(), nil),
                (input(#""name":"image","datatype":"BYTES","shape":[1],"data":["%%%"]"#), Data(), nil),
                (input(#""name":"image","datatype":"BYTES","shape":[1],"data":[7]"#), Data(), nil),
                (input(#""name":"pixels","datatype":"UINT8","shape":[1,1,1,3],"data":[1,2,256]"#), Data(), nil),
                (input(#""name":"pixels","datatype":"UINT8","shape":[1,1,1,3],"data":[1,2]"#), Data(), nil),
                (input(#""name":"image","datatype":"BYTES","shape":[1]"#), Data(), nil),
                // Fields
                (input(#""name":"image","datatype":"BYTES","shape":[1],"parameters":{"shared_memory_region":"x"}"#), Data(), nil),
                (input(#""name":"image","datatype":"BYTES","shape":[1],"colour":1,"data":["aGk="]"#), Data(), nil),
                (#"{"inputs":[]}"#, Data(), nil), (#"{"inputs":7}"#, Data(), nil), ("{}", Data(), nil), ("[]", Data(), nil),
                ("{", Data(), nil),
                (String(repeating: "[", count: 100_000), Data(), nil),
            ]
            for (json, binary, header) in cases {
                let answer = try await infer(live, json, binary, header: header)
                #expect(answer.status == 400, "\(json.prefix(200)) \(answer.text)")
                #expect(answer.json["error"].string?.isEmpty == false)
            }
            // All at once
            let many = try await infer(
                live, #"{"inputs":[{"name":"image","datatype":"INT8","shape":[0],"x":1}],"parameters":{"precision":"int4"},"y":2}"#)
            #expect(
                Set(many.json["errors"].array.compactMap { $0["pointer"].string }) == [
                    "/y", "/parameters/precision", "/inputs/0/x", "/inputs/0/datatype", "/inputs/0/shape",
                ])
            #expect(try await live.call("/v2/models/cells/stats").json["model_stats"][0]["inference_count"].int == 0)
        }
    }

    @Test("a deadline that is over is 504 on both doors, and the place is free")
    func keepsDeadlines() async throws {
        try await ScriptedWorkers.with { live in
            _ = try await live.finished(try await live.train())
            // Given a picture whose last byte comes after the deadline
            let file = live.data.deletingLastPathComponent().appendingPathComponent("slow.jpg")
            try (try picture([1, 2, 3]) + Data(count: 400_000)).write(to: file)
            let late = try await live.call(
                "/v1/models/cells/classify?timeout_ms=50", "-X", "POST", "-T", file.path, "--limit-rate", "200k")
            #expect(late.status == 504, "\(late.text)")
            // And generous ones are kept
            #expect(try await live.put("/v1/models/cells/classify?timeout_ms=30000", try picture([1, 2, 3]), "-X", "POST").status == 200)
            #expect(try await live.put("/v1/models/cells/classify?timeout_ms=0", try picture([1, 2, 3]), "-X", "POST").status == 400)
        }
    }
}
