import Testing

@testable import HTTP

@Suite("Targets")
struct TargetSpecs {
    @Test(
        "are decoded once, segment by segment",
        arguments: [
            ("/", []), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("//a", ["", "a"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%252F", ["%2F"]),
            ("/%C3%A4+x", ["ä+x"]), ("*", ["*"]),
            ("/?/x", []), ("/...", ["..."]),
        ] as [(String, [String])])
    func segments(target: String, segments: [String]) throws { #expect(try RequestTarget(parsing: target).segments == segments) }

    @Test(
        "are refused with bad escapes, NUL, no UTF-8, or segments that climb",
        arguments: [
            "/%", "/%4", "/%4g", "/%g4", "/a%00b", "/%ff", "/%C3", "/./a", "/a/..", "/%2E/a", "/a/.%2e", "a", "", "/a#b", "/?x=%",
            "/?x=%00", "/?%zz=1",
        ])
    func refused(target: String) { #expect(throws: HTTPError.self) { try RequestTarget(parsing: target) } }

    @Test("have queries in order, with + as a space")
    func query() throws {
        let query = try RequestTarget(parsing: "/a?x=1&y=a%26b+c&x=2&&flag&z=").query
        #expect(query == Query([("x", "1"), ("y", "a&b c"), ("x", "2"), ("flag", ""), ("z", "")]))
        #expect(query["x"] == "1" && query.values("x") == ["1", "2"] && query["none"] == nil)
        #expect(query.names == ["x", "y", "x", "flag", "z"])
    }

    @Test("survive encoding and decoding")
    func encoding() throws {
        let text = "a b/ä%+~._-?&=#"
        let encoded = PercentEncoding.encode(text)
        #expect(encoded == "a%20b%2F%C3%A4%25%2B~._-%3F%26%3D%23")
        #expect(try PercentEncoding.decode(encoded[...].utf8) == text)
    }
}
