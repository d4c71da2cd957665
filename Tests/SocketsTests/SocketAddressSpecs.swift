import Testing

@testable import Sockets

@Suite("A socket address")
struct SocketAddressSpecs {
    @Test(
        "is numeric, IPv4 or IPv6",
        arguments: [
            ("127.0.0.1", "127.0.0.1:80", true), ("localhost", "127.0.0.1:80", true), ("127.9.9.9", "127.9.9.9:80", true),
            ("::1", "[::1]:80", true),
            ("0.0.0.0", "0.0.0.0:80", false), ("::", "[::]:80", false), ("192.0.2.7", "192.0.2.7:80", false),
            ("2001:db8::1", "[2001:db8::1]:80", false),
        ])
    func numeric(host: String, text: String, loopback: Bool) throws {
        let address = try SocketAddress(host: host, port: 80)
        #expect(address.description == text && address.isLoopback == loopback)
        // What the system is given, it gives back
        let storage = try #require(address.storage)
        #expect(SocketAddress(storage) == address)
    }

    @Test("is never looked up", arguments: ["", "example.org", "127.0.0.1:80", "[::1]", "1.2.3.4.5", "::g"])
    func refused(host: String) {
        #expect(throws: SocketsError.malformedAddress(got: host)) { try SocketAddress(host: host, port: 80) }
    }
}
