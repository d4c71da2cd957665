import Foundation

/// The components' schemas (JSON Schema 2020-12), written as JSON beside each other by resource.
enum OpenAPISchemas {
    /// All schemas by name.
    ///
    /// - Throws: if one of the texts is not JSON, or two bear one name; a test reads them all.
    static func all() throws -> [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        for text in [general, datasets, jobs, training, models, operation, openInference] {
            let part = try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
            schemas.merge(part) { _, new in new }
        }
        return schemas
    }

    static let general = #"""
        {
          "Name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", "description": "A name of the user's choice, without '..'."},
          "ULID": {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$", "description": "A sortable identifier (github.com/ulid/spec)."},
          "Version": {"type": "integer", "minimum": 1},
          "FileName": {"type": "string"},
          "Time": {"type": "string", "format": "date-time", "description": "RFC 3339, UTC."},
          "SHA256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
          "Label": {"type": "string", "minLength": 1, "maxLength": 128, "description": "The name of a class."},
          "Role": {"enum": ["train", "validation", "test"]},
          "NextPageToken": {"type": ["string", "null"], "description": "Give it as page_token to get the next page; null on the last one."},
          "Fault": {
            "type": "object", "required": ["pointer", "code", "detail"],
            "properties": {
              "pointer": {"type": "string", "description": "JSON pointer into the body (RFC 6901), or `?name` of a query parameter."},
              "code": {"type": "string", "description": "Stable between releases."}, "detail": {"type": "string"}
            }
          },
          "Problem": {
            "type": "object", "description": "RFC 9457.", "required": ["type", "title", "status"],
            "properties": {
              "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
              "instance": {"type": "string"}, "request_id": {"type": "string"}, "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}
            }
          }
        }
        """#
}
