import API
import ArgumentParser
import EngineOneDNN
import Foundation
import Jobs
import Networks

/// A field of a training job as an option of `aliquot train`, made from the description that `GET /v1/methods` gives: `image_size` is `--image-size`.
struct JobField: Sendable {
    /// By its name in the HTTP interface; a nested one behind a dot, `quantisation.max_drop`.
    let name: String
    /// Such as `integer`.
    let type: String
    let choices: [String]
    let help: String

    /// What belongs to the service's datasets and queue.
    private static let ofTheService: Set<String> = ["dataset", "revision", "model", "priority", "time_limit_s"]

    /// All fields of all methods, each once.
    static let all: [JobField] = {
        let methods = TrainSpecification.Method.allCases
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let trainsInBfloat16 = OneDNNBackend().trainsInBfloat16
        let names = NetworkCatalogue.all.map(\.name)
        var fields = [
            JobField(
                name: "method", type: "string", choices: methods.map(\.rawValue),
                help:
                    "How it learns: \(methods.map(\.rawValue).joined(separator: ", ")) (default: \(TrainSpecification.Defaults.method.rawValue))"
            )
        ]
        for method in methods {
            let described = MethodMessage(method, networks: names, weights: [], cores: cores, trainsInBfloat16: trainsInBfloat16)
            for field in described.fields
            where !ofTheService.contains(field.name) && !fields.contains(where: { $0.name == field.name }) {
                fields.append(JobField(field))
            }
        }
        // What must be given comes first.
        return fields.filter { $0.name == "network" } + fields.filter { $0.name != "network" }
    }()

    private init(name: String, type: String, choices: [String], help: String) {
        self.name = name
        self.type = type
        self.choices = choices
        self.help = help
    }

    private init(_ field: MethodField) {
        name = field.name
        type = field.type
        choices = field.choices ?? []
        var facts: [String] = []
        if !choices.isEmpty { facts.append((type == "array" ? "several, by commas: " : "") + choices.joined(separator: ", ")) }
        if let low = field.minimum, let high = field.maximum { facts.append("\(Self.text(low)) to \(Self.text(high))") }
        if let text = field.defaultText { facts.append("default: \(text)") }
        help = field.description + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
    }

    private static func text(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(format: "%g", number) }

    /// `--quantisation-max-drop`
    static func option(_ name: String) -> String { "--" + name.replacing("_", with: "-").replacing(".", with: "-") }

    /// The option's value as the job's JSON has it; a text that is not of its type stays a text, which the judgement then names.
    func value(_ text: String) -> JSONValue {
        if name == "class_weights", let weights = Self.weights(text) { return weights }
        switch type {
        case "integer", "number":
            if let whole = Int(text) { return .number(Double(whole), integer: whole) }
            return Double(text).flatMap { $0.isFinite ? .number($0, integer: nil) : nil } ?? .string(text)
        case "boolean":
            switch text {
            case "true", "yes": return .bool(true)
            case "false", "no": return .bool(false)
            default: return .string(text)
            }
        case "array": return .array(text.split(separator: ",").map { .string($0.trimmingCharacters(in: .whitespaces)) })
        default: return .string(text)
        }
    }

    /// `CLASS=2,OTHER=0.5`, or `2,0.5` in the order of the classes; nil for a word.
    private static func weights(_ text: String) -> JSONValue? {
        let items = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let pairs = items.compactMap { item -> JSONValue.Field? in
            guard let sign = item.lastIndex(of: "="), let weight = Double(item[item.index(after: sign)...]) else { return nil }
            return .init(name: String(item[..<sign]), value: .number(weight, integer: nil))
        }
        if pairs.count == items.count, !pairs.isEmpty { return .object(pairs) }
        let numbers = items.compactMap(Double.init)
        return numbers.count == items.count && !numbers.isEmpty ? .array(numbers.map { .number($0, integer: nil) }) : nil
    }
}
