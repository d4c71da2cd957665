import Base

/// Reads the fields of one JSON object, collects every fault, and in the end refuses fields that nobody asked for.
///
/// A missing or `null` field gives the default. One owner; not for sharing.
struct FieldReader {
    private let pointer: String
    private var values: [String: JSONValue] = [:]
    private var asked: Set<String> = []
    private let names: [String]
    private(set) var faults: [SpecificationFault] = []

    /// - Parameter pointer: where the object stands, such as `/quantisation`.
    init(_ object: JSONValue, pointer: String = "") {
        self.pointer = pointer
        guard case .object(let fields) = object else {
            names = []
            faults.append(.init(pointer: pointer, code: "wrong_type", detail: "an object should stand here, not \(object.kind)"))
            return
        }
        var names: [String] = []
        for field in fields {
            if values[field.name] == nil {
                values[field.name] = field.value
                names.append(field.name)
            } else {  // RFC 8259 section 4: names should be unique; readers disagree about what a second one means
                faults.append(
                    .init(
                        pointer: pointer + SpecificationFault.step(field.name), code: "duplicate_field",
                        detail: "the field stands here more than once"))
            }
        }
        self.names = names
    }

    mutating func refuse(_ name: String, _ code: String, _ detail: String) {
        faults.append(.init(pointer: pointer + SpecificationFault.step(name), code: code, detail: detail))
    }

    mutating func adopt(_ faults: [SpecificationFault]) { self.faults.append(contentsOf: faults) }

    /// The value of a field; nil if missing or null.
    mutating func value(_ name: String) -> JSONValue? {
        asked.insert(name)
        guard let value = values[name], value != .null else { return nil }
        return value
    }

    mutating func string(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else {
            refuse(name, "wrong_type", "a string should stand here, not \(value.kind)")
            return nil
        }
        return text
    }

    mutating func required(_ name: String) -> String? {
        let known = faults.count
        if let text = string(name) { return text }
        if faults.count == known { refuse(name, "required", "the field is needed") }
        return nil
    }

    /// - Parameter text: of the field; nil stays nil.
    mutating func name(_ field: String, _ text: String?) -> ResourceName? {
        guard let text else { return nil }
        if let name = ResourceName(text) { return name }
        refuse(field, "invalid_name", "got \(Self.quoted(text)); a name has \(ResourceName.rule)")
        return nil
    }

    mutating func boolean(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else {
            refuse(name, "wrong_type", "true or false should stand here, not \(value.kind)")
            return nil
        }
        return flag
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let number, let integer) = value else {
            refuse(name, "wrong_type", "a whole number should stand here, not \(value.kind)")
            return nil
        }
        guard let whole = integer ?? Int(exactly: number), range.contains(whole) else {
            refuse(
                name, "out_of_range",
                "got \(integer.map(String.init) ?? String(number)); allowed are whole numbers from \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return whole
    }

    mutating func number(_ name: String, _ range: ClosedRange<Double>) -> Double? {
        guard let value = value(name) else { return nil }
        guard case .number(let number, _) = value else {
            refuse(name, "wrong_type", "a number should stand here, not \(value.kind)")
            return nil
        }
        guard range.contains(number) else {
            refuse(name, "out_of_range", "got \(number); allowed is \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            refuse(
                name, "unknown_value", "got \(Self.quoted(text)); allowed are \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    mutating func strings(_ name: String, count: ClosedRange<Int>) -> [String]? {
        guard let value = value(name) else { return nil }
        guard case .array(let items) = value else {
            refuse(name, "wrong_type", "an array of strings should stand here, not \(value.kind)")
            return nil
        }
        guard count.contains(items.count) else {
            let allowed = count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            refuse(name, "out_of_range", "got \(items.count) entries; allowed is \(allowed)")
            return nil
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            if case .string(let text) = item {
                texts.append(text)
            } else {
                faults.append(
                    .init(
                        pointer: "\(pointer)/\(name)/\(index)", code: "wrong_type", detail: "a string should stand here, not \(item.kind)"))
            }
        }
        return texts.count == items.count ? texts : nil
    }

    mutating func integers(_ name: String, count: ClosedRange<Int>, range: ClosedRange<Int>) -> [Int]? {
        guard let value = value(name) else { return nil }
        guard case .array(let items) = value else {
            refuse(name, "wrong_type", "an array of whole numbers should stand here, not \(value.kind)")
            return nil
        }
        guard count.contains(items.count) else {
            refuse(name, "out_of_range", "got \(items.count) entries; allowed is \(count.lowerBound) to \(count.upperBound)")
            return nil
        }
        var numbers: [Int] = []
        for (index, item) in items.enumerated() {
            if case .number(let number, let integer) = item, let whole = integer ?? Int(exactly: number), range.contains(whole) {
                numbers.append(whole)
            } else {
                faults.append(
                    .init(
                        pointer: "\(pointer)/\(name)/\(index)", code: "out_of_range",
                        detail: "allowed are whole numbers from \(range.lowerBound) to \(range.upperBound)"))
            }
        }
        return numbers.count == items.count ? numbers : nil
    }

    /// Refuses every field that was never asked for.
    mutating func finish() {
        for name in names where !asked.contains(name) {
            refuse(name, "unknown_field", "there is no such field; known are \(asked.sorted().joined(separator: ", "))")
        }
    }

    /// What a client sent, shortened for a message.
    static func quoted(_ text: String) -> String { "'\(text.prefix(100))\(text.count > 100 ? "…" : "")'" }
}
