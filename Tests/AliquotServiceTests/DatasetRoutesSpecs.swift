import Foundation
import TestSupport
import Testing

@Suite("datasets, images and revisions over a socket")
struct DatasetRoutesSpecs {
    @Test("a dataset is made, listed, changed and deleted")
    func datasets() async throws {
        try await LiveService.with { live in
            // When a dataset is made
            let made = try await live.post("/v1/datasets", #"{"name":"cells","classes":["round","long"],"description":"two kinds"}"#)
            // Then 201 says where
            #expect(made.status == 201)
            #expect(made.fields["location"] == "/v1/datasets/cells")
            #expect(made.json["classes"] == .array([.string("round"), .string("long")]))
            #expect(made.json["classes_declared"] == .bool(true))
            #expect(try await live.post("/v1/datasets", #"{"name":"cells"}"#).status == 409)
            // And it can be read, changed, and is gone after DELETE
            #expect(try await live.call("/v1/datasets/cells").json == made.json)
            let changed = try await live.call(
                "/v1/datasets/cells", "-X", "PATCH", "-H", "Content-Type: application/json", "-d", #"{"description":"new"}"#)
            #expect(changed.json["description"].string == "new")
            #expect(changed.json["classes"] == made.json["classes"])
            #expect(try await live.call("/v1/datasets/cells", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/datasets/cells").status == 404)
        }
    }

    @Test("a class that only the evaluator is to know comes with the upload and can be changed and taken away; it labels nothing")
    func hiddenLabels() async throws {
        try await LiveService.with { live in
            #expect(try await live.post("/v1/datasets", #"{"name":"cells"}"#).status == 201)
            let place = "/v1/datasets/cells/images/one.png"
            // When a picture is put with a hidden label
            let put = try await live.put(place + "?hidden_label=round", try Pictures.png(1))
            #expect(put.status == 201 && put.json["hidden_label"].string == "round" && put.json["label"] == .null)
            #expect(try await live.call("/v1/datasets/cells").json["counts"]["unlabelled_train"].int == 1)
            // Then it is changed, taken away, and refused where it is no name of a class
            func patch(_ body: String) async throws -> Answer {
                try await live.call(place, "-X", "PATCH", "-H", "Content-Type: application/json", "-d", body)
            }
            #expect(try await patch(#"{"hidden_label":"long"}"#).json["hidden_label"].string == "long")
            #expect(try await patch(#"{"role":"train"}"#).json["hidden_label"].string == "long")
            #expect(try await patch(#"{"hidden_label":null}"#).json["hidden_label"] == .null)
            #expect(try await patch(#"{"hidden_label":"a/b"}"#).status == 422)
        }
    }

    @Test("lists come in pages, each with the link to the next")
    func pages() async throws {
        try await LiveService.with { live in
            // Given five datasets
            for name in ["a", "b", "c", "d", "e"] { #expect(try await live.post("/v1/datasets", #"{"name":"\#(name)"}"#).status == 201) }
            // When they are read two at a time by following Link
            var path: String? = "/v1/datasets?page_size=2"
            var names: [[String]] = []
            while let next = path {
                let page = try await live.call(next)
                #expect(page.status == 200)
                names.append(page.json["items"].array.compactMap { $0["name"].string })
                path = page.fields["link"].flatMap { $0.firstMatch(of: /<([^>]*)>; rel="next"/).map { String($0.output.1) } }
                #expect((path == nil) == (page.json["next_page_token"] == .null))
            }
            // Then each comes once
            #expect(names == [["a", "b"], ["c", "d"], ["e"]])
            #expect(try await live.call("/v1/datasets?page_token=nonsense").status == 400)
            #expect(try await live.call("/v1/datasets?page_size=0").status == 400)
        }
    }

    @Test("a picture is 201 when new, 200 when the same, 409 when other, and If-Match replaces it")
    func pictures() async throws {
        try await LiveService.with { live in
            #expect(try await live.post("/v1/datasets", #"{"name":"cells"}"#).status == 201)
            let (one, two) = (try Pictures.png(1), try Pictures.jpeg(2))
            let place = "/v1/datasets/cells/images/one.png"
            // When it is put
            let first = try await live.put(place + "?label=round&role=test", one)
            #expect(first.status == 201)
            #expect(first.fields["location"] == place)
            #expect(first.json["label"].string == "round")
            #expect(first.json["role"].string == "test")
            // Then the bytes come back with their type and tag, and 304 to who holds them
            let bytes = try await live.call(place)
            #expect(bytes.body == one)
            #expect(bytes.fields["content-type"] == "image/png")
            let tag = try #require(bytes.fields["etag"])
            #expect(first.fields["etag"] == tag)
            let held = try await live.call(place, "-H", "If-None-Match: \(tag)")
            #expect(held.status == 304)
            #expect(held.body.isEmpty)
            let head = try await live.call(place, "-I")
            #expect(head.status == 200)
            #expect(head.fields["content-length"] == "\(one.count)")
            let part = try await live.call(place, "-H", "Range: bytes=1-3")
            #expect(part.status == 206)
            #expect(part.body == one[1...3])
            // And the same bytes are 200, others 409, others with the right tag 200, with a wrong one 412
            #expect(try await live.put(place, one).status == 200)
            #expect(try await live.put(place, two).status == 409)
            #expect(try await live.put(place, two, "-H", "If-Match: \"0000\"").status == 412)
            let replaced = try await live.put(place, two, "-H", "If-Match: \(tag)")
            #expect(replaced.status == 200)
            #expect(replaced.json["format"].string == "jpeg")
            #expect(replaced.json["label"].string == "round")
            #expect(try await live.call(place).body == two)
            // And a thumbnail is a JPEG with a tag of its own
            let small = try await live.call(place + "/thumbnail?size=64")
            #expect(small.status == 200)
            #expect(small.fields["content-type"] == "image/jpeg")
            #expect(small.body.starts(with: [0xFF, 0xD8, 0xFF]))
            #expect(try await live.call(place + "/thumbnail?size=64", "-H", "If-None-Match: \(small.fields["etag"] ?? "")").status == 304)
            #expect(try await live.call(place + "/thumbnail?size=5").status == 400)
        }
    }

    @Test("labels and roles are changed and lists filtered by them")
    func labels() async throws {
        try await LiveService.with { live in
            // Given three pictures, one of them labelled
            #expect(try await live.post("/v1/datasets", #"{"name":"cells","classes":["round","long"]}"#).status == 201)
            for seed in 1...3 {
                let query = seed == 1 ? "?label=round" : ""
                #expect(try await live.put("/v1/datasets/cells/images/p\(seed)\(query)", try Pictures.png(seed)).status == 201)
            }
            func names(_ query: String) async throws -> [String] {
                try await live.call("/v1/datasets/cells/images\(query)").json["items"].array.compactMap { $0["name"].string }
            }
            func patch(_ name: String, _ json: String) async throws -> Answer {
                try await live.call("/v1/datasets/cells/images/\(name)", "-X", "PATCH", "-H", "Content-Type: application/json", "-d", json)
            }
            #expect(try await names("?state=unlabelled") == ["p2", "p3"])
            // When one gets a label and a role, and another loses its
            #expect(try await patch("p2", #"{"label":"long","role":"validation"}"#).json["role"].string == "validation")
            #expect(try await patch("p1", #"{"label":null}"#).status == 200)
            // Then the lists follow
            #expect(try await names("?label=long") == ["p2"])
            #expect(try await names("?role=validation&state=labelled") == ["p2"])
            #expect(try await names("?state=unlabelled") == ["p1", "p3"])
            // And what the dataset does not declare is refused with what it allows
            let refused = try await patch("p3", #"{"label":"square","role":"exam"}"#)
            #expect(refused.status == 422)
            #expect(refused.isProblem)
            let unknown = try await patch("p3", #"{"label":"square"}"#)
            #expect(unknown.status == 422)
            #expect(unknown.text.contains("round, long"))
            #expect(try await live.call("/v1/datasets/cells/images/p3", "-X", "DELETE").status == 204)
            #expect(try await live.call("/v1/datasets/cells/images/p3").status == 404)
        }
    }

    @Test("a form with many files gives each its own result, and keeps the good ones")
    func forms() async throws {
        try await LiveService.with { live in
            // Given two pictures, a text, and a file whose name is none
            #expect(try await live.post("/v1/datasets", #"{"name":"cells"}"#).status == 201)
            let folder = live.data.deletingLastPathComponent()
            func file(_ name: String, _ bytes: Data) throws -> String {
                let url = folder.appendingPathComponent(name)
                try bytes.write(to: url)
                return url.path
            }
            let parts = [
                "-F", "file=@\(try file("a.png", try Pictures.png(1)))", "-F", "file=@\(try file("text.jpg", Data("no picture".utf8)))",
                "-F",
                "file=@\(try file("b.jpg", try Pictures.jpeg(2)))", "-F",
                "file=@\(try file("c", try Pictures.png(3)));filename=\"a b.png\"", "-F", "note=not a file",
            ]
            // When they are posted with a key
            let answer = try await live.call("/v1/datasets/cells/images?label=round", arguments: parts + ["-H", "Idempotency-Key: k1"])
            // Then each has its own result, in order
            #expect(answer.status == 200)
            #expect(answer.json["results"].array.map { $0["status"].int } == [201, 415, 201, 422])
            #expect(answer.json["results"].array.map { $0["file"].string } == ["a.png", "text.jpg", "b.jpg", "a b.png"])
            #expect(answer.json["results"][1]["error"]["status"].int == 415)
            #expect(answer.json["stored"].int == 2)
            #expect(try await live.call("/v1/datasets/cells").json["counts"]["labelled"].int == 2)
            // And the same form again with the key is answered from memory; another under the key is refused; without a key it is carried out
            let again = try await live.call("/v1/datasets/cells/images?label=round", arguments: parts + ["-H", "Idempotency-Key: k1"])
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(again.json == answer.json)
            #expect(
                try await live.call(
                    "/v1/datasets/cells/images?label=round", arguments: Array(parts.prefix(2)) + ["-H", "Idempotency-Key: k1"]
                ).status == 422)
            #expect(try await live.call("/v1/datasets/cells/images?label=round", arguments: parts).json["results"][0]["status"].int == 200)
            #expect(try live.files().filter { $0.hasPrefix("incoming/") }.isEmpty)
        }
    }

    @Test("a revision is frozen with counts and findings, and the same state is the same revision")
    func revisions() async throws {
        try await LiveService.with { live in
            // Given a dataset with the same picture twice
            #expect(try await live.post("/v1/datasets", #"{"name":"cells"}"#).status == 201)
            #expect(try await live.call("/v1/datasets/cells/revisions", "-X", "POST").status == 409)
            for name in ["a", "b"] {
                #expect(try await live.put("/v1/datasets/cells/images/\(name)?label=round", try Pictures.png(1)).status == 201)
            }
            // When it is frozen twice
            let first = try await live.call("/v1/datasets/cells/revisions", "-X", "POST")
            let second = try await live.call("/v1/datasets/cells/revisions", "-X", "POST")
            // Then there is one revision, which names the duplicate
            #expect(first.status == 201)
            #expect(first.fields["location"] == "/v1/datasets/cells/revisions/1")
            #expect(second.json == first.json)
            #expect(first.json["findings"].array.contains { $0["kind"].string == "exact_duplicate" })
            #expect(first.json["counts"]["images"].int == 2)
            // And a change makes another, while the first stays
            #expect(try await live.put("/v1/datasets/cells/images/c?label=long", try Pictures.png(2)).status == 201)
            #expect(try await live.call("/v1/datasets/cells/revisions", "-X", "POST").json["revision"].int == 2)
            #expect(try await live.call("/v1/datasets/cells/revisions/1").json == first.json)
            #expect(try await live.call("/v1/datasets/cells/revisions").json["items"].array.map { $0["revision"].int } == [2, 1])
            #expect(try await live.call("/v1/datasets/cells/revisions/9").status == 404)
            #expect(try await live.call("/v1/datasets/cells/revisions/01").status == 404)
        }
    }
}
