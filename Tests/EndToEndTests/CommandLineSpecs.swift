import Foundation
import TestSupport
import Testing

/// The commands that learn without the service.
@Suite("the command line", .serialized, .timeLimit(.minutes(5)))
struct CommandLineSpecs {
    private func arguments(_ pictures: URL, _ output: URL) -> [String] {
        [
            "train", "--data", pictures.path, "--output", output.path, "--network", "mobilenet_v2", "--method", "plain_distillation",
            "--image-size", "32", "--epochs", "3", "--batch-size", "8", "--confidence", "0.3", "--threads", "1", "--quantisation-max-drop",
            "1",
        ]
    }

    @Test("trains, is stopped by Ctrl-C, goes on, and the model is measured and classifies; lines are plain where nobody watches")
    func trains() async throws {
        // Given pictures in an archive, and a training that has begun
        let folder = try await Pictures.folder()
        let archive = try await Pictures.archive(folder)
        let place = try TestSupport.temporaryDirectory()
        let output = place.appendingPathComponent("out")
        let log = place.appendingPathComponent("log")
        let begun = try ChildProcess.start(
            Program.url, arguments(archive, output), output: place.appendingPathComponent("stdout"), errors: log)
        for _ in 0..<2400 where try !String(contentsOf: log, encoding: .utf8).contains("epoch 1 of 3") && !begun.isOver {
            try await Task.sleep(for: .milliseconds(25))
        }
        // When it gets SIGINT
        begun.send(SIGINT)
        // Then it ends within its step with its checkpoint, and says so
        #expect(await begun.wait(for: .seconds(60)) == 75)
        let text = try String(contentsOf: log, encoding: .utf8)
        #expect(text.contains("reading pictures\n") && text.contains("the checkpoint is kept"), "\(text)")
        #expect(!text.contains("\u{1B}") && text.contains("teacher: epoch 1 of 3, loss "), "\(text)")
        // And the same command goes on to the end
        let finished = try await Program.run(arguments(archive, output))
        #expect(finished.text.contains("macro-F1 ") && finished.text.contains(" on 12 test pictures"), "\(finished.text)")
        #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent("report.html").path))
        // And another one in the same output is refused with what differs
        let other = try await ChildProcess.run(Program.url, arguments(archive, output) + ["--seed", "9"])
        #expect(other.status == 64 && other.errorText.contains("seed is 1, not 9"), "\(other.errorText)")
        // And the model is measured on the folder, which holds the same pictures as the archive
        let table = try await Program.run(["evaluate", "--model", output.path, "--data", folder.path, "--precision", "float"]).text
        let first = try #require(finished.text.split(separator: " ").dropFirst().first)
        #expect(table.hasPrefix("macro-F1 \(first)") && table.contains("12 test pictures, float"), "\(table)")
        let json = try JSONDecoder().decode(
            JSON.self, from: try await Program.run(["evaluate", "--model", output.path, "--data", folder.path, "--json"]).output)
        #expect(json["measures"]["samples"].int == 12 && json["role"].string == "test")
        // And by the same pictures it is quantised to the same bytes, into a new folder only; wrong options are told by their names
        let again = place.appendingPathComponent("again")
        let quantise = ["quantise", "--model", output.path, "--data", archive.path, "--output", again.path, "--threads", "1"]
        let wrong = try await ChildProcess.run(
            Program.url, quantise + ["--quantisation-max-drop", "2", "--quantisation-calibration", "luck"])
        #expect(wrong.status == 64 && wrong.errorText.contains("--quantisation-max-drop: "), "\(wrong.errorText)")
        #expect(wrong.errorText.contains("--quantisation-calibration: "), "\(wrong.errorText)")
        let made = try await Program.run(quantise + ["--quantisation-max-drop", "1"]).text
        #expect(made.contains("report  \(again.path)/report.html"), "\(made)")
        let int8 = try [output, again].map { try Data(contentsOf: $0.appendingPathComponent("model/int8.safetensors")) }
        #expect(int8[0] == int8[1])
        #expect(try await ChildProcess.run(Program.url, quantise).errorText.contains("holds other files"))
        // And it classifies, a file that is no picture with its own error
        let picture = try #require(try Pictures.files(below: folder.appendingPathComponent("test")).first)
        let answers = try await ChildProcess.run(
            Program.url, ["classify", "--model", output.path, "--json", picture.path, "/proc/self/status"])
        #expect(answers.status == 1)
        let results = try JSONDecoder().decode(JSON.self, from: answers.output)["results"].array
        #expect(results.count == 2 && results[0]["answer"]["predictions"].array.count == 3 && results[1]["error"].string != nil)
        let shown = try await Program.run(["classify", "--model", output.path, "--top", "1", picture.path]).text
        #expect(shown.contains(picture.path) && shown.contains(" %"), "\(shown)")
        // And it shows where it looked; a file that is there is not written over, and a class that it does not know is told with those it knows
        let drawn = place.appendingPathComponent("drawn.png")
        let explain = ["explain", "--model", output.path, "--output", drawn.path, picture.path]
        let explained = try JSONDecoder().decode(JSON.self, from: try await Program.run(explain + ["--json"]).output)
        #expect(explained["heat_map"]["rows"].array.count == 1 && explained["class"] == explained["predicted"], "\(explained)")
        #expect(try Data(contentsOf: drawn).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(try await ChildProcess.run(Program.url, explain).status == 1)
        let unknown = try await ChildProcess.run(Program.url, explain + ["--class", "purple"])
        let known = try #require(results[0]["answer"]["predictions"][0]["label"].string)
        #expect(unknown.status == 1 && unknown.errorText.contains("'purple'") && unknown.errorText.contains(known), "\(unknown.errorText)")
    }

    @Test("every fault of a command line is told at once, by its option")
    func refuses() async throws {
        let place = try TestSupport.temporaryDirectory()
        let folder = try await Pictures.folder(labelledPerClass: 2, unlabelled: 0, testPerClass: 0)
        // When a training is asked for with an unknown option, a value out of range, a word for a number and a field of another method
        let result = try await ChildProcess.run(
            Program.url,
            [
                "train", "--data", folder.path, "--output", place.appendingPathComponent("out").path, "--network", "mobilenet_v2",
                "--colour", "red",
                "--epochs", "0", "--patience", "long", "--rounds", "2", "--quantisation-max-drop", "2",
            ])
        // Then all are named, and nothing was made
        #expect(result.status == 64)
        for option in ["--colour", "--epochs", "--patience", "--rounds", "--quantisation-max-drop"] {
            #expect(result.errorText.contains("\(option): "), "\(result.errorText)")
        }
        #expect(!FileManager.default.fileExists(atPath: place.appendingPathComponent("out").path))
        // And help tells the fields with their ranges
        let help = try await Program.run(["train", "--help"]).text
        #expect(help.contains("--soft-labels") && help.contains("--ema-decay") && help.contains("32 to 1024"), "\(help)")
        // And a terminal sees one line that is written over
        let shown = try await ChildProcess.run(
            URL(fileURLWithPath: "/usr/bin/script"),
            [
                "-qec",
                "\(Program.url.path) train --data \(folder.path) --output \(place.path)/seen --network mobilenet_v2 --image-size 32 --epochs 1 --batch-size 4 --threads 1 --quantisation-scheme none",
                "/dev/null",
            ])
        #expect(shown.status == 0 && shown.text.contains("\r\u{1B}[2K[") && shown.text.contains("supervised · epoch 1/1"), "\(shown.text)")
    }

    @Test("the program of docs/first-model trains and classifies in fifteen lines")
    func firstModel() async throws {
        // Given the program as it stands in the documents
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: here.appendingPathComponent("docs/first-model/main.swift"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: true).count <= 15)
        // And the same lines in the library's documentation
        let article = try String(contentsOf: here.appendingPathComponent("Sources/App/Aliquot/Aliquot.docc/Aliquot.md"), encoding: .utf8)
        #expect(article.contains(text))
        // When it runs on tiny pictures
        let folder = try await Pictures.folder(labelledPerClass: 4, unlabelled: 8, testPerClass: 2, side: 48)
        let picture = try #require(try Pictures.files(below: folder.appendingPathComponent("test")).first)
        let output = try TestSupport.temporaryDirectory().appendingPathComponent("out")
        let program = Program.url.deletingLastPathComponent().appendingPathComponent("first-model")
        let result = try await ChildProcess.run(program, [folder.path, output.path, picture.path], timeout: .seconds(120))
        // Then it says how good the model is and what is on the picture
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.contains("macro-F1 ") && result.text.contains(" on 8 pictures"), "\(result.text)")
        let last = try #require(result.text.split(separator: "\n").last)
        let classes = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("test").path)
        #expect(classes.contains(String(last.prefix { $0 != "," })), "\(last)")
    }
}
