import Foundation

/// A moment, written as RFC 3339 in UTC with milliseconds: `2026-01-31T12:00:00.000Z`.
package struct Timestamp: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package static func now() -> Timestamp { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded())) }
    package var seconds: Double { Double(milliseconds) / 1000 }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    package var description: String {
        // Whole seconds through Foundation, the fraction from the integer: a fraction that goes through Double loses a millisecond now and then.
        let fraction = ((milliseconds % 1000) + 1000) % 1000
        let whole = Date.ISO8601FormatStyle().format(Date(timeIntervalSince1970: Double((milliseconds - fraction) / 1000)))
        return "\(whole.dropLast()).\(String(format: "%03d", Int(fraction)))Z"
    }

    package init?(_ text: String) {
        guard let date = (try? Self.style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text)) else { return nil }
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not an RFC 3339 time: \(text)"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }
}
