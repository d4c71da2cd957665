import Base
import Foundation

/// The fields of a JSON object, read one by one; every fault is kept, and ``finish()`` throws them all at once.
///
/// Fields that nobody asked for are faults too: a misspelt option must not be ignored in silence.
struct JSONFields {
    /// Most bytes of a JSON body, as `/v1/version` says.
    static let maximumBytes = 1 << 20
    /// Deepest nesting of a JSON body, as `/v1/version` says.
    static let maximumDepth = 32

    private var left: [String: JSONValue]
    private var known: [String] = []
    private var faults: [APIError.Fault] = []

    /// - Throws: ``APIError/malformed(_:)`` if `bytes` is not a JSON object within the limits.
    init(_ bytes: [UInt8]) throws(APIError) {
        guard !bytes.isEmpty else { throw .malformed("the body is empty; a JSON object is expected") }
        guard JSONDepth.of(bytes) <= Self.maximumDepth else { throw .malformed("the JSON nests deeper than \(Self.maximumDepth) levels") }
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw .malformed("the body is not JSON (RFC 8259)\(Self.place(of: error))")
        }
        guard case .object(let fields) = value else { throw .malformed("the body is \(value.kind); a JSON object is expected") }
        left = fields
    }

    /// Where the parser stopped, in its own words, if it says so.
    static func place(of error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "" }
        guard let underlying = context.underlyingError as NSError?, let words = underlying.userInfo[NSDebugDescriptionErrorKey] as? String
        else { return "" }
        return ": \(words)"
    }

    /// A name, nil if absent or null and not required.
    mutating func name(_ key: String, required: Bool = false) -> ResourceName? {
        guard let text = string(key, required: required) else { return nil }
        guard let name = ResourceName(text) else {
            fault(key, "invalid_name", "'\(text)' is not a name: \(ResourceName.rule)")
            return nil
        }
        return name
    }

    mutating func string(_ key: String, required: Bool = false, longest: Int = 128) -> String? {
        switch take(key, required: required) {
        case .none: return nil
        case .some(.string(let text)):
            guard text.count <= longest else {
                fault(key, "too_long", "\(text.count) characters; at most \(longest) are allowed")
                return nil
            }
            return text
        case .some(let value):
            fault(key, "wrong_type", "got \(value.kind); a string is expected")
            return nil
        }
    }

    mutating func strings(_ key: String) -> [String]? {
        switch take(key, required: false) {
        case .none: return nil
        case .some(.array(let values)):
            var texts: [String] = []
            for (index, value) in values.enumerated() {
                if case .string(let text) = value {
                    texts.append(text)
                } else {
                    faults.append(.init(pointer: "/\(key)/\(index)", code: "wrong_type", detail: "got \(value.kind); a string is expected"))
                }
            }
            return texts
        case .some(let value):
            fault(key, "wrong_type", "got \(value.kind); an array of strings is expected")
            return nil
        }
    }

    mutating func integer(_ key: String, in allowed: ClosedRange<Int>, required: Bool = false) -> Int? {
        switch take(key, required: required) {
        case .none: return nil
        case .some(.number(let value)) where value == value.rounded() && allowed.contains(Int(clamping: Int64(value.clamped))):
            return Int(value)
        case .some(.number(let value)):
            fault(key, "out_of_range", "got \(value); a whole number from \(allowed.lowerBound) to \(allowed.upperBound) is expected")
            return nil
        case .some(let value):
            fault(key, "wrong_type", "got \(value.kind); a whole number is expected")
            return nil
        }
    }

    /// Whether the key was sent at all, and as null. For `PATCH`, where null removes.
    func isNull(_ key: String) -> Bool { left[key] == .null }

    mutating func fault(_ key: String, _ code: String, _ detail: String) {
        faults.append(.init(pointer: "/\(key)", code: code, detail: detail))
    }

    /// - Throws: ``APIError/invalid(_:)`` with every fault, those of unknown fields last.
    mutating func finish() throws(APIError) {
        let allowed = known.sorted().joined(separator: ", ")
        for key in left.keys.sorted() { fault(key, "unknown_field", "there is no such field here; allowed: \(allowed)") }
        guard faults.isEmpty else { throw .invalid(faults) }
    }

    private mutating func take(_ key: String, required: Bool) -> JSONValue? {
        known.append(key)
        let value = left.removeValue(forKey: key)
        if value == nil || value == .null {
            if required { fault(key, "missing", "this field is needed") }
            return nil
        }
        return value
    }
}

extension Double {
    /// Within what `Int64` holds, so that a conversion cannot trap.
    fileprivate var clamped: Double { Swift.min(Swift.max(self, -9e15), 9e15) }
}
