import Testing

@testable import API

@Suite("the host of a request")
struct HostRuleSpecs {
    @Test(
        "a service on a loopback address is addressed by number or as localhost",
        arguments: [
            "127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:80", "[::1]", "[::1]:8080", "192.168.1.5:8080", "app.localhost:1",
            "proxy.lab:443",
        ])
    func allows(host: String) { #expect(HostRule.addressesAnd(["Proxy.lab"]).allows(host)) }

    @Test(
        "a foreign name that resolves to it is refused: DNS rebinding",
        arguments: [
            "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost", "0x7f.1", "127.1", "",
            ":80", "[", "[evil]",
            "1.2.3.4.5",
        ])
    func refuses(host: String) { #expect(!HostRule.addressesAnd(["proxy.lab"]).allows(host)) }

    @Test("a service that others may reach is known under any name, and HTTP/1.0 names none")
    func any() {
        #expect(HostRule.any.allows("evil.example"))
        #expect(HostRule.addressesAnd([]).allows(nil))
    }
}
