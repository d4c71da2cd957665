import Foundation

/// A time in the preferred form `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110 section 5.6.7 (IMF-fixdate).
package struct HTTPDate: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int

    package init(_ seconds: Double) { self.seconds = Int(seconds.rounded(.down)) }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    package var description: String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(Self.days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(Self.months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    /// Reads the preferred form. The two obsolete forms are not understood: a condition with one is ignored, which is always correct.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].utf8.count == 4, Self.days.contains(String(parts[0].dropLast())), parts[5] == "GMT" else {
            return nil
        }
        let clock = parts[4].split(separator: ":")
        guard clock.count == 3, let day = Int32(parts[1]), let month = Self.months.firstIndex(of: String(parts[2])),
            let year = Int32(parts[3])
        else { return nil }
        guard let hour = Int32(clock[0]), let minute = Int32(clock[1]), let second = Int32(clock[2]) else { return nil }
        guard (1...31).contains(day), (1970...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second)
        else { return nil }
        var time = tm()
        time.tm_mday = day
        time.tm_mon = Int32(month)
        time.tm_year = year - 1900
        time.tm_hour = hour
        time.tm_min = minute
        time.tm_sec = second
        seconds = timegm(&time)
    }

    package static func < (a: HTTPDate, b: HTTPDate) -> Bool { a.seconds < b.seconds }
}
