import Base

/// What can go wrong with sockets.
package enum SocketsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed.
    case system(SystemError)
    /// Not a numeric IPv4 or IPv6 address; names are not looked up.
    case malformedAddress(got: String)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .malformedAddress(let got): "not a numeric IPv4 or IPv6 address: \(got)"
        }
    }
}
