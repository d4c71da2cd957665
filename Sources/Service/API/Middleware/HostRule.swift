import Foundation

/// Which `Host` a request may name.
///
/// A service that listens on a loopback address asks for no password, and trusts that only this machine reaches it. A page of a foreign site can have its own name
/// resolve to 127.0.0.1 (DNS rebinding); the browser then takes the service for a part of that site, so that neither ``SameOrigin`` nor the missing CORS fields help. What
/// gives such a request away is the name: it is neither an address nor `localhost`.
package enum HostRule: Sendable, Equatable {
    /// Every host: where the service can be reached by others anyway, or behind a proxy.
    case any
    /// Numeric addresses, `localhost`, and these names (without port).
    case addressesAnd(Set<String>)

    /// - Parameter authority: `host[:port]`; nil (HTTP/1.0) names nothing and is allowed: browsers always send it.
    package func allows(_ authority: String?) -> Bool {
        guard case .addressesAnd(let names) = self, let authority else { return true }
        let host = Self.host(of: authority).lowercased()
        if host == "localhost" || host.hasSuffix(".localhost") || Self.isAddress(host) { return true }
        return names.contains { $0.lowercased() == host }
    }

    /// Without the port, IPv6 without its brackets.
    private static func host(of authority: String) -> Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return authority[authority.index(after: authority.startIndex)..<end]
        }
        return authority.prefix { $0 != ":" }
    }

    private static func isAddress(_ host: String) -> Bool {
        var bytes = in6_addr()
        return inet_pton(AF_INET, host, &bytes) == 1 || inet_pton(AF_INET6, host, &bytes) == 1
    }
}
