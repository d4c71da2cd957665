import Base
import DatasetStore
import Foundation
import Jobs

/// `run.json` in an output folder: which run it holds. Written before anything else.
struct RunRecord: Codable, Sendable {
    static let currentFormat = 1

    var format = Self.currentFormat
    let version: String
    /// Where the pictures were; told, not compared.
    let path: String
    let pictures: SourceDigest
    let specification: TrainSpecification

    /// What differs between this run and another, in words; empty for the same run. The names that are made from paths do not count.
    func differences(from other: RunRecord) throws -> [String] {
        var found: [String] = []
        let (own, others) = (try fields(), try other.fields())
        for name in Set(own.keys).union(others.keys).sorted() where own[name] != others[name] {
            found.append("\(name) is \(Self.text(own[name])), not \(Self.text(others[name]))")
        }
        if pictures != other.pictures {
            found.append(
                "the pictures were \(pictures.files) files of \(pictures.bytes) bytes in \(path) and are not those of \(other.path)")
        }
        return found
    }

    private func fields() throws -> [String: JSONValue] {
        guard case .object(let fields) = try JSONValue(of: specification) else { return [:] }
        let named = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
        return named.filter { !["dataset", "model", "revision"].contains($0.key) }
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: "not given"
        case .bool(let flag): "\(flag)"
        case .number(let number, let whole): whole.map(String.init) ?? "\(number)"
        case .string(let text): text
        case .array(let items): "[\(items.map(text).joined(separator: ", "))]"
        case .object(let fields): "{\(fields.map { "\($0.name): \(text($0.value))" }.joined(separator: ", "))}"
        }
    }
}
