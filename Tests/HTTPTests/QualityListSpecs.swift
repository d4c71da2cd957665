import HTTP
import Testing

@Suite("Accept and Accept-Encoding")
struct QualityListSpecs {
    @Test(
        "gzip is preferred where it is taken and nothing speaks for the bytes as they are",
        arguments: [
            ("gzip", true), ("gzip, deflate, br", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("gzip;q=0.1", true),
            ("br;q=1, gzip ; q=0.5", true),
            ("identity;q=0.5, gzip;q=0.5", true), ("", false), ("identity", false), ("br", false), ("gzip;q=0", false),
            ("gzip;q=0.0, *", false),
            ("*;q=0", false), ("identity;q=1, gzip;q=0.5", false), ("gzip;q=2", false), ("gzip;q=x", false), ("g zip", false),
            (",,;", false),
        ])
    func coding(field: String, isPreferred: Bool) { #expect(QualityList(field).prefersGzip == isPreferred) }

    // RFC 9110 section 12.5.1: the most specific member decides, whatever its place.
    @Test(
        "a media type is taken by the most specific member",
        arguments: [
            ("*/*", "application/json", true), ("application/json", "application/json", true),
            ("Application/JSON", "application/json", true),
            ("text/html, application/*;q=0.1", "application/json", true), ("text/html", "application/json", false),
            ("*/*, application/json;q=0", "application/json", false), ("application/*;q=0, application/json", "application/json", true),
            ("application/json;q=0", "application/json", false), ("text/plain;charset=utf-8;q=0.3", "text/plain", true),
            ("", "text/plain", true),
            ("nonsense;;", "image/png", false), ("image/png", "image/*", true), ("image/png;q=0", "image/*", false),
            ("*/*;q=0", "image/*", false),
        ])
    func media(field: String, type: String, isTaken: Bool) { #expect(QualityList(field).accepts(type) == isTaken) }
}
