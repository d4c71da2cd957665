import Base
import Foundation

/// Starts child processes by `posix_spawn`: no copy of a multi-threaded process runs Swift code, as it would after `fork`.
enum ProcessStart {
    /// Starts `command[0]` with the three files as its standard ones, every other file closed, signals at their defaults.
    ///
    /// - Returns: the child's process number. The caller must wait for it.
    /// - Throws: ``SystemError`` of `posix_spawn`, such as `ENOENT` if there is no such program.
    static func spawn(_ command: [String], environment: [String: String], input: String, output: String, errors: String)
        throws(SystemError) -> Int32
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        for descriptor in inheritable() { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var child: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let code = withStrings(command) { arguments in
            withStrings(variables) { environment in posix_spawn(&child, command[0], &actions, &attributes, arguments, environment) }
        }
        guard code == 0 else { throw SystemError(call: "posix_spawn", code: code, subject: command[0]) }
        return child
    }

    /// Files of this process that a child would inherit: sockets and databases of the tests must not live on in it.
    private static func inheritable() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    /// Gives the strings as C wants them: an array of pointers that ends with a null one.
    private static func withStrings(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in buffer.baseAddress.map(body) ?? EINVAL }
    }
}
