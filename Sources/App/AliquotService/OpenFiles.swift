import Foundation
import Logging

/// How many files and sockets this process may have open.
enum OpenFiles {
    /// Enough for all connections that HTTP takes, their files, and the databases. Many systems begin with 1,024, for programs that use `select`.
    static let wanted: rlim_t = 8192

    /// Raises the soft limit towards ``wanted``, as far as the hard one allows. A lower limit costs connections, nothing else.
    static func raiseLimit(_ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else { return }
        let before = limit.rlim_cur
        limit.rlim_cur = min(wanted, limit.rlim_max)
        guard limit.rlim_cur > before, setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            logger.notice("at most \(before) files and sockets can be open at once")
            return
        }
    }
}
