import Foundation
import Images
import Testing

@Suite("models over a socket")
struct ModelRoutesSpecs {
    private func colour(_ red: UInt8, _ green: UInt8, _ blue: UInt8) throws -> Data {
        let pixels = (0..<400).flatMap { _ in [red, green, blue] }
        return Data(try ImageEncoder.png(try RGBImage(width: 20, height: 20, pixels: pixels)))
    }

    @Test("a model classifies pictures by newest version, version and alias, one and many")
    func classifies() async throws {
        try await ScriptedWorkers.with { live in
            // Given two versions of a model that knows colours
            for _ in 0..<2 { _ = try await live.finished(try await live.train()) }
            let (red, blue) = (try colour(250, 10, 10), try colour(10, 10, 250))
            // When a picture is sent
            let answer = try await live.put("/v1/models/cells/classify?top_k=2", red, "-X", "POST")
            // Then the likeliest classes come first, from the newest version, with what it cost
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["version"].int == 2)
            #expect(answer.json["precision"].string == "float")
            #expect(answer.json["predictions"].array.count == 2)
            #expect(answer.json["predictions"][0]["label"].string == "red")
            #expect((answer.json["predictions"][0]["probability"].number ?? 0) > 0.9)
            #expect(answer.fields["server-timing"]?.contains("infer;dur=") == true)
            // And by version and alias
            #expect(
                try await live.put("/v1/models/cells/versions/1/classify", blue, "-X", "POST").json["predictions"][0]["label"].string
                    == "blue")
            let set = try await live.call(
                "/v1/models/cells/aliases/production", "-X", "PUT", "-H", "Content-Type: application/json", "-d", #"{"version":1}"#)
            #expect(set.status == 204)
            let named = try await live.put("/v1/models/cells/aliases/production/classify", blue, "-X", "POST")
            #expect(named.json["version"].int == 1, "\(named.text)")
            #expect(try await live.put("/v1/models/cells/aliases/latest/classify", blue, "-X", "POST").json["version"].int == 2)
            // And a form gets one result a picture, in order, a bad one its own error
            let folder = live.data.deletingLastPathComponent()
            var form: [String] = []
            for (name, bytes) in [("1.png", red), ("2.jpg", Data("no picture".utf8)), ("3.png", blue)] {
                try bytes.write(to: folder.appendingPathComponent(name))
                form += ["-F", "file=@\(folder.appendingPathComponent(name).path)"]
            }
            let many = try await live.call("/v1/models/cells/classify", arguments: form)
            #expect(many.status == 200)
            #expect(many.json["results"].array.map { $0["file"].string } == ["1.png", "2.jpg", "3.png"])
            #expect(many.json["results"].array.map { $0["predictions"][0]["label"].string } == ["red", nil, "blue"])
            #expect(many.json["results"][1]["error"]["status"].int == 415)
            // And the pictures are counted
            #expect(try await live.call("/metrics").text.contains(#"aliquot_images_classified_total{precision="float"} 6"#))
            // And what cannot be answered is told
            #expect(try await live.put("/v1/models/cells/classify?precision=int8", red, "-X", "POST").status == 422)
            #expect(try await live.put("/v1/models/cells/classify", Data("x".utf8), "-X", "POST").status == 415)
            #expect(try await live.put("/v1/models/cells/versions/9/classify", red, "-X", "POST").status == 404)
            #expect(try await live.put("/v1/models/cells/aliases/nobody/classify", red, "-X", "POST").status == 404)
            #expect(try await live.put("/v1/models/nobody/classify", red, "-X", "POST").status == 404)
        }
    }

    @Test("versions show manifest, report and files; aliases guard them; deletion ends them")
    func versions() async throws {
        try await ScriptedWorkers.with { live in
            for _ in 0..<2 { _ = try await live.finished(try await live.train()) }
            // When the model is asked for
            let model = try await live.call("/v1/models/cells").json
            #expect(model["versions"] == .array([.number(1), .number(2)]))
            #expect(model["latest"].int == 2)
            #expect(try await live.call("/v1/models").json["items"][0] == model)
            // Then a version has manifest, report and files
            let version = try await live.call("/v1/models/cells/versions/2").json
            #expect(version["manifest"]["architecture"].string == "colours")
            #expect(version["report"]["test"]["accuracy"].int == 1)
            let href = try #require(version["files"].array.first { $0["name"].string == "float.safetensors" }?["href"].string)
            let file = try await live.call(href)
            #expect(file.status == 200)
            let tag = try #require(file.fields["etag"])
            #expect(try await live.call(href, "-H", "If-None-Match: \(tag)").status == 304)
            #expect(try await live.call(href, "-H", "Range: bytes=0-7").body == file.body.prefix(8))
            #expect(try await live.call("/v1/models/cells/versions/2/files/manifest.sqlite").status == 404)
            #expect(try await live.call("/v1/models/cells/versions/2/files/..%2F..%2Faliases.json").status == 404)
            // And in the formats of other programs, made when first asked for; without an int8 form that one is not offered
            #expect(version["exports"]["int8.onnx"] == .null)
            let onnx = try await live.call(version["exports"]["float.onnx"].string ?? "")
            #expect(onnx.status == 200 && onnx.body.starts(with: [0x08, 0x08]) && onnx.body.count > 1000)
            let package = try await live.call(version["exports"]["bioimageio.zip"].string ?? "")
            #expect(package.body.starts(with: Array("PK".utf8)) && package.fields["content-type"] == "application/zip")
            #expect(package.fields["content-disposition"] == #"attachment; filename="cells-2-bioimageio.zip""#)
            #expect(try FileManager.default.contentsOfDirectory(atPath: live.data.appendingPathComponent("cache/exports").path).count == 2)
            let missing = try await live.call("/v1/models/cells/versions/2/files/int8.onnx")
            #expect(missing.status == 404 && missing.text.contains("bioimageio.zip"))
            // And an alias keeps its version from deletion until it is moved
            func point(_ version: Int) async throws -> Int {
                try await live.call(
                    "/v1/models/cells/aliases/production", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                    #"{"version":\#(version)}"#
                )
                .status
            }
            #expect(try await point(1) == 204)
            #expect(try await live.call("/v1/models/cells/aliases").json["production"].int == 1)
            #expect(try await live.call("/v1/models/cells/versions/1", "-X", "DELETE").status == 409)
            #expect(try await point(9) == 404)
            #expect(try await point(2) == 204)
            #expect(try await live.call("/v1/models/cells/versions/1", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/models/cells/versions/1").status == 404)
            #expect(try await live.call("/v1/models/cells", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/models/cells").status == 404)
        }
    }

    @Test("a version that no alias names any more leaves the memory; who asks for it by number still gets it")
    func drains() async throws {
        try await ScriptedWorkers.with { live in
            func loaded() async throws -> Int? {
                let line = try await live.call("/metrics").text.split(separator: "\n").first { $0.hasPrefix("aliquot_models_loaded ") }
                return line.flatMap { Int($0.split(separator: " ")[1]) }
            }
            func point(_ version: Int) async throws -> Int {
                try await live.call(
                    "/v1/models/cells/aliases/production", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                    #"{"version":\#(version)}"#
                ).status
            }
            let picture = try colour(250, 10, 10)
            // Given versions 1 and 2 in memory: `production` means 1, `latest` means 2
            for _ in 0..<2 { _ = try await live.finished(try await live.train()) }
            #expect(try await point(1) == 204)
            for alias in ["production", "latest"] {
                #expect(try await live.put("/v1/models/cells/aliases/\(alias)/classify", picture, "-X", "POST").status == 200)
            }
            #expect(try await loaded() == 2)
            // When requests come without pause while the alias is swapped
            async let answers = withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        let answer = try await live.put("/v1/models/cells/aliases/production/classify", picture, "-X", "POST")
                        return answer.status == 200 ? answer.json["version"].int : nil
                    }
                }
                return try await group.reduce(into: [Int?]()) { $0.append($1) }
            }
            #expect(try await point(2) == 204)
            // Then each got its answer from one of the two
            #expect(try await answers.allSatisfy { $0 == 1 || $0 == 2 })
            // And the old version's memory is given back
            #expect(try await point(2) == 204)
            #expect(try await loaded() == 1)
            #expect(try await live.put("/v1/models/cells/versions/1/classify", picture, "-X", "POST").json["version"].int == 1)
            // And a training that makes a new version puts away the one before it: `latest` has moved on, `production` has not
            _ = try await live.finished(try await live.train())
            #expect(try await loaded() == 1)
        }
    }
}
