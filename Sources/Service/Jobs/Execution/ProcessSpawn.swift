import Base
import Foundation

/// Starts child processes by `posix_spawn`: no copy of a multi-threaded process ever runs Swift code, as it would after `fork`.
enum ProcessSpawn {
    /// Starts `command[0]` as leader of a new process group, standard input empty, output and errors appended to `output`, every other file closed,
    /// signals at their defaults.
    ///
    /// - Returns: the child's process number. The caller must wait for it.
    /// - Throws: ``SystemError`` of `posix_spawn`, such as `ENOENT` if there is no such program.
    static func spawn(_ command: [String], environment: [String: String], output: URL) throws(SystemError) -> Int32 {
        guard let program = command.first else { throw SystemError(call: "posix_spawn", code: EINVAL, subject: "no command") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
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
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var pid: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let code = withStrings(command) { arguments in
            withStrings(variables) { environment in posix_spawn(&pid, program, &actions, &attributes, arguments, environment) }
        }
        guard code == 0 else { throw SystemError(call: "posix_spawn", code: code, subject: program) }
        return pid
    }

    /// Files of this process that a child would inherit: ours are opened with `O_CLOEXEC`, those of libraries need not be.
    /// (glibc's `posix_spawn_file_actions_addclosefrom_np` is not visible to Swift: it needs `_GNU_SOURCE`.)
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
