import Foundation
import Images
import TestSupport
import Testing

@Suite("explanations over a socket")
struct ExplainRoutesSpecs {
    /// Grey with a red square at the upper left and a blue one at the lower right; the model of these specs looks at channels, so the map of `red` is where it is red.
    private func squares(side: Int = 64) throws -> Data {
        let pixels = (0..<(side * side)).flatMap { place -> [UInt8] in
            let (x, y) = (place % side, place / side)
            if x < side / 4, y < side / 4 { return [255, 0, 0] }
            return x >= side * 3 / 4 && y >= side * 3 / 4 ? [0, 0, 255] : [60, 60, 60]
        }
        return Data(try ImageEncoder.png(try RGBImage(width: side, height: side, pixels: pixels)))
    }

    @Test("the map points at what speaks for the class, as numbers and over the picture")
    func explains() async throws {
        try await ScriptedWorkers.with { live in
            // Given two versions of a model that knows colours, and a picture with a red and a blue square
            for _ in 0..<2 { _ = try await live.finished(try await live.train()) }
            let picture = try squares()
            func numbers(_ path: String) async throws -> Answer {
                try await live.put(path, picture, "-X", "POST", "-H", "Accept: application/json")
            }
            // When red is explained in numbers
            let red = try await numbers("/v1/models/cells/explain?class=red")
            // Then the map is hottest at the upper left, and says what it covers
            #expect(red.status == 200, "\(red.text)")
            #expect(red.json["version"].int == 2 && red.json["class"].string == "red" && red.json["method"].string == "gradcam")
            #expect(red.json["precision"].string == "float" && red.json["layer"].string == "copy")
            let rows = red.json["heat_map"]["rows"]
            #expect(rows.array.count == 16 && rows[0].array.count == 16)
            #expect(rows[1][1].number == 1 && rows[14][14].number == 0 && rows[8][8].number == 0)
            #expect((red.json["heat_map"]["peak"].number ?? 0) > 0)
            #expect(red.json["input"]["size"].int == 16 && red.json["input"]["fit"].string == "squish")
            #expect(red.json["picture"]["width"].int == 64 && red.json["covers"]["width"].int == 64 && red.json["covers"]["left"].int == 0)
            #expect(red.fields["server-timing"]?.contains("infer;dur=") == true && red.fields["vary"]?.contains("Accept") == true)
            // And probability and likeliest class are those that classify gives in float
            let classified = try await live.put("/v1/models/cells/classify?precision=float", picture, "-X", "POST").json
            #expect(red.json["predicted"].string == classified["predictions"][0]["label"].string)
            let probability = classified["predictions"].array.first { $0["label"].string == "red" }?["probability"].number
            #expect(abs((red.json["probability"].number ?? 0) - (probability ?? 1)) < 1e-6)
            // And a class may be named by its number, and a version by number and alias
            let blue = try await numbers("/v1/models/cells/versions/1/explain?class=2")
            #expect(blue.json["class"].string == "blue" && blue.json["version"].int == 1)
            #expect(blue.json["heat_map"]["rows"][14][14].number == 1 && blue.json["heat_map"]["rows"][1][1].number == 0)
            #expect(try await numbers("/v1/models/cells/aliases/latest/explain").json["class"] == red.json["predicted"])
            // And without a wish it comes as a picture: viridis's yellow over the red square, grey levels untouched where it is cold
            for accept in [[], ["-H", "Accept: image/png"], ["-H", "Accept: */*"], ["-H", "Accept: image/*, application/json;q=0.5"]] {
                let file = live.data.deletingLastPathComponent().appendingPathComponent("squares.png")
                try picture.write(to: file)
                let drawn = try await live.call(
                    "/v1/models/cells/explain?class=red", arguments: ["-X", "POST", "-T", file.path] + accept)
                #expect(drawn.status == 200 && drawn.fields["content-type"] == "image/png", "\(accept) \(drawn.text)")
                #expect(drawn.fields["server-timing"]?.contains("draw;dur=") == true)
                let image = try ImageDecoder.decode([UInt8](drawn.body))
                #expect(image.width == 64 && image.height == 64)
                // 0.65 · (253, 231, 37) + 0.35 · (255, 0, 0)
                let (hot, cold) = (image[6, 6], image[32, 32])
                #expect([hot.red, hot.green, hot.blue] == [254, 150, 24])
                #expect([cold.red, cold.green, cold.blue] == [60, 60, 60])
            }
            // And they are counted, apart from what was classified
            let measures = try await live.call("/metrics").text
            #expect(measures.contains(#"aliquot_images_explained_total{method="gradcam"} 7"#))
            #expect(measures.contains(#"aliquot_images_classified_total{precision="float"} 1"#))
        }
    }

    @Test("what cannot be explained is told with what is allowed") func refuses() async throws {
        try await ScriptedWorkers.with { live in
            _ = try await live.finished(try await live.train())
            let picture = try squares(), place = "/v1/models/cells/explain"
            func refusal(_ path: String, _ bytes: Data, _ status: Int, _ word: String, _ more: String...) async throws {
                let file = live.data.deletingLastPathComponent().appendingPathComponent("refused")
                try bytes.write(to: file)
                let answer = try await live.call(path, arguments: ["-X", "POST", "-T", file.path] + more)
                #expect(answer.status == status && answer.isProblem && answer.text.contains(word), "\(path): \(answer.text)")
            }
            try await refusal(place + "?class=purple", picture, 422, "red, green, blue")
            try await refusal(place + "?class=3", picture, 422, "0 to 2")
            try await refusal(place + "?class=-1", picture, 422, "red, green, blue")
            try await refusal(place + "?method=lime", picture, 400, "gradcam")
            try await refusal(place + "?classes=red", picture, 400, "timeout_ms")
            try await refusal(place, picture, 406, "image/png", "-H", "Accept: text/html")
            try await refusal(place, Data("no picture".utf8), 415, "JPEG, PNG")
            try await refusal(place, Data(), 415, "JPEG, PNG")
            try await refusal(place, picture.prefix(picture.count / 2), 422, "png")
            try await refusal(place, Pictures.pngBomb, 413, "pixels")
            try await refusal("/v1/models/cells/versions/9/explain", picture, 404, "version 9")
            try await refusal("/v1/models/nobody/explain", picture, 404, "nobody")
            let form = try await live.call(
                place, "-F", "file=@\(live.data.deletingLastPathComponent().appendingPathComponent("refused").path)")
            #expect(form.status == 415 && form.text.contains("image/jpeg"))
        }
    }

    @Test("more than there are places for is 503, too late is 504, and who goes away leaves no place taken")
    func keepsToItsPlaces() async throws {
        try await ScriptedWorkers.with {
            $0.explanations = 1
        } _: { live in
            // Given a service with one place for explanations, and a picture that takes its time
            _ = try await live.finished(try await live.train())
            let slow = Data(try ImageEncoder.png(try Pictures.pixels(1, side: 1500)))
            let small = try squares(), place = "/v1/models/cells/explain"
            // When ten ask at once
            let statuses = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let answer = try await live.put(place, slow, "-X", "POST")
                        return (answer.status, answer.fields["retry-after"])
                    }
                }
                return try await group.reduce(into: [(Int, String?)]()) { $0.append($1) }
            }
            // Then some are answered, and the others told to come again
            #expect(Set(statuses.map(\.0)) == [200, 503])
            #expect(statuses.allSatisfy { $0.0 == 200 || $0.1 == "1" })
            // And a deadline that passes is 504, and the place is free for the next one
            #expect(try await live.put(place + "?timeout_ms=20", slow, "-X", "POST").status == 504)
            #expect(try await live.put(place, small, "-X", "POST").status == 200)
            // And so it is after clients that did not wait
            for _ in 0..<3 { _ = try? await live.put(place, slow, "-X", "POST", "--max-time", "0.08") }
            var last = 503
            for _ in 0..<100 where last == 503 {
                last = try await live.put(place, small, "-X", "POST").status
                if last == 503 { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(last == 200)
        }
    }
}
