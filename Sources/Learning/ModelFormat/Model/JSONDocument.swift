import Foundation

/// The JSON documents of a model: sorted keys, so that equal values are equal bytes.
enum JSONDocument {
    static func encode(_ value: some Encodable, _ name: String, pretty: Bool = false) throws(ModelFormatError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do { return try encoder.encode(value) } catch { throw .malformedDocument(file: name, detail: "\(error)") }
    }

    static func text(_ value: some Encodable, _ name: String) throws(ModelFormatError) -> String {
        String(decoding: try encode(value, name), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data, _ name: String) throws(ModelFormatError) -> Value {
        do { return try JSONDecoder().decode(type, from: data) } catch { throw .malformedDocument(file: name, detail: "\(error)") }
    }
}
