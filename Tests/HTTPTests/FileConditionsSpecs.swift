import HTTPTypes
import Testing

@testable import HTTP

@Suite("Ranges, tags and dates")
struct FileConditionsSpecs {
    @Test(
        "a range means bytes of the file (RFC 9110 section 14.1.2, its examples for 10000 bytes)",
        arguments: [
            ("bytes=0-499", .range(0..<500)), ("bytes=500-999", .range(500..<1000)), ("bytes=-500", .range(9500..<10000)),
            ("bytes=9500-", .range(9500..<10000)),
            ("bytes=0-0", .range(0..<1)), ("bytes=9999-20000", .range(9999..<10000)), ("bytes=-20000", .range(0..<10000)),
            ("bytes= 1-2 ", .range(1..<3)),
            ("bytes=0-99999999999999999999", .range(0..<10000)), ("bytes=10000-", .unsatisfiable), ("bytes=10000-10001", .unsatisfiable),
            ("bytes=-0", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=5-4", .ignored), ("bytes=0-1,3-4", .ignored), ("bytes=", .ignored),
            ("bytes=-", .ignored),
            ("bytes=a-b", .ignored), ("lines=0-1", .ignored), ("bytes=+1-2", .ignored),
        ] as [(String, ByteRange.Result)])
    func range(text: String, result: ByteRange.Result) { #expect(ByteRange.parse(text, size: 10000) == result) }

    @Test("no range of an empty file can be satisfied")
    func emptyFile() {
        #expect(ByteRange.parse("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange.parse("bytes=-1", size: 0) == .unsatisfiable)
    }

    @Test("dates are read and written in the preferred form (RFC 9110 section 5.6.7, its example)")
    func dates() throws {
        // `date -u -d 'Sun, 06 Nov 1994 08:49:37 GMT' +%s` gives 784111777
        #expect(HTTPDate(784_111_777.9).description == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(try #require(HTTPDate("Sun, 06 Nov 1994 08:49:37 GMT")).seconds == 784_111_777)
        for bad in ["", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "784111777"] {
            #expect(HTTPDate(bad) == nil)
        }
    }

    static let conditions = FileConditions(etag: "\"v1\"", modified: HTTPDate(784_111_777), size: 100)
    static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"

    @Test(
        "conditions decide in the order of RFC 9110 section 13.2.2",
        arguments: [
            ([:], .whole),
            ([.ifNoneMatch: "\"v1\""], .notModified), ([.ifNoneMatch: "\"v0\", W/\"v1\""], .notModified),
            ([.ifNoneMatch: "*"], .notModified), ([.ifNoneMatch: "\"v2\""], .whole),
            ([.ifModifiedSince: same], .notModified), ([.ifModifiedSince: earlier], .whole), ([.ifModifiedSince: "yesterday"], .whole),
            ([.ifNoneMatch: "\"v2\"", .ifModifiedSince: same], .whole),
            ([.range: "bytes=0-9"], .part(0..<10)), ([.range: "bytes=200-"], .unsatisfiable),
            ([.range: "bytes=0-9", .ifNoneMatch: "\"v1\""], .notModified),
            ([.range: "bytes=0-9", .ifRange: "\"v1\""], .part(0..<10)), ([.range: "bytes=0-9", .ifRange: "\"v2\""], .whole),
            ([.range: "bytes=0-9", .ifRange: "W/\"v1\""], .whole), ([.range: "bytes=0-9", .ifRange: same], .part(0..<10)),
            ([.range: "bytes=0-9", .ifRange: earlier], .whole),
        ] as [(HTTPFields, FileConditions.Outcome)])
    func conditions(fields: HTTPFields, outcome: FileConditions.Outcome) {
        #expect(Self.conditions.outcome(method: .get, fields: fields) == outcome)
    }

    @Test("a HEAD has no range")
    func head() { #expect(Self.conditions.outcome(method: .head, fields: [.range: "bytes=0-9"]) == .whole) }
}
