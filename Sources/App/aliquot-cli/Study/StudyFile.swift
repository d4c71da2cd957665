import Base
import Foundation
import Jobs

/// The file of `aliquot study`: the body of a study job with places in place of datasets.
struct StudyFile {
    /// The study as the service would be sent it.
    let submission: Submission
    let sources: [(dataset: ResourceName, place: URL)]

    private static let endings = [".tar.gz", ".tgz", ".tar", ".zip"]

    /// - Throws: `SpecificationError` where the file is not JSON; ``StudyCommandError/wrongFile(path:faults:)`` with every fault of its places.
    init(_ url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        let json = try Submission(json: bytes).json
        func wrong(_ faults: [String]) -> StudyCommandError { .wrongFile(path: url.path, faults: faults) }
        guard case .object(let fields) = json else { throw wrong(["an object should stand here, not \(json.kind)"]) }
        guard case .array(let items)? = json["datasets"] else {
            throw wrong(["/datasets: an array of folders or archives should stand here"])
        }
        var sources: [(dataset: ResourceName, place: URL)] = []
        var faults: [String] = []
        for (index, item) in items.enumerated() {
            guard let (name, path) = Self.source(item) else {
                faults.append("/datasets/\(index): a path should stand here, or {\"name\": …, \"path\": …}")
                continue
            }
            let place = URL(fileURLWithPath: path, relativeTo: url.deletingLastPathComponent()).absoluteURL
            guard let dataset = ResourceName(name) else {
                faults.append(
                    "/datasets/\(index): '\(name)' cannot be a name (\(ResourceName.rule)); give it one: {\"name\": …, \"path\": …}")
                continue
            }
            if sources.contains(where: { $0.dataset == dataset }) {
                faults.append("/datasets/\(index): '\(dataset)' stands here more than once")
            }
            if !FileManager.default.fileExists(atPath: place.path) { faults.append("/datasets/\(index): there is no \(place.path)") }
            sources.append((dataset, place))
        }
        guard faults.isEmpty else { throw wrong(faults) }
        let names = JSONValue.array(sources.map { .string($0.dataset.description) })
        submission = Submission(
            .object(
                [.init(name: "type", value: .string("study")), .init(name: "datasets", value: names)]
                    + fields.filter { $0.name != "datasets" && !($0.name == "type" && $0.value == .string("study")) }))
        self.sources = sources
    }

    /// Names and places: `pictures/cells.tar.gz` is called `cells`.
    private static func source(_ item: JSONValue) -> (name: String, path: String)? {
        if case .string(let path) = item {
            let last = URL(fileURLWithPath: path).lastPathComponent
            let ending = endings.first { last.lowercased().hasSuffix($0) } ?? ""
            return (String(last.dropLast(ending.count)), path)
        }
        guard case .string(let name)? = item["name"], case .string(let path)? = item["path"] else { return nil }
        return (name, path)
    }
}
