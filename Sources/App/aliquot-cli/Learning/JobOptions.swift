import ArgumentParser
import Jobs

/// Every field of a training job as an option. The list is ``JobField/all``: no field is written down twice.
///
/// ArgumentParser finds a type's options in its mirror; this one shows a mirror made from the list.
struct JobOptions: ParsableArguments, CustomReflectable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// As they stand on the command line, by the name of the field.
    private var given: [String: String] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for field in JobField.all {
            let option = try container.decode(Option<String?>.self, forKey: Key(stringValue: field.name))
            if let text = option.wrappedValue { given[field.name] = text }
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: JobField.all.map { field -> Mirror.Child in (label: field.name, value: Self.option(field)) })
    }

    private static func option(_ field: JobField) -> Option<String?> {
        let kind = field.type == "string" ? "name" : field.type
        return Option(
            wrappedValue: nil, name: .customLong(String(JobField.option(field.name).dropFirst(2))),
            help: ArgumentHelp(field.help, valueName: kind),
            completion: field.choices.isEmpty ? nil : .list(field.choices))
    }

    /// The fields that were given, nested ones in their object.
    var fields: [JSONValue.Field] {
        var plain: [JSONValue.Field] = []
        var nested: [String: [JSONValue.Field]] = [:]
        for field in JobField.all {
            guard let text = given[field.name] else { continue }
            let parts = field.name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                nested[parts[0], default: []].append(.init(name: parts[1], value: field.value(text)))
            } else {
                plain.append(.init(name: field.name, value: field.value(text)))
            }
        }
        return plain + nested.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .object($0.value)) }
    }
}
