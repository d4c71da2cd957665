import Foundation

/// Why a service does not start.
package enum ServiceError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfRange(name: String, got: Int, allowed: ClosedRange<Int>)
    /// An address that others can reach, and no token guards it.
    case openToOthers(host: String)
    case dataDirectoryInUse(path: String, pid: Int32?)
    case noDashboard(path: String, reason: String)
    case cannotListen(address: String, reason: String)
    /// The pictures of a study without a server cannot be taken in.
    case importFailed(dataset: String, reason: String)

    package var description: String {
        switch self {
        case .outOfRange(let name, let got, let allowed): "\(name) is \(got); allowed: \(allowed.lowerBound) to \(allowed.upperBound)"
        case .openToOthers(let host):
            "\(host) can be reached by other machines and this service asks for no password; listen on 127.0.0.1, or say --insecure if the network is trusted"
        case .dataDirectoryInUse(let path, let pid):
            "another service\(pid.map { " (process \($0))" } ?? "") owns \(path); stop it, or give this one its own --data"
        case .noDashboard(let path, let reason): "--public \(path): \(reason)"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .importFailed(let dataset, let reason): "the pictures of \(dataset) cannot be taken in: \(reason)"
        }
    }
}
