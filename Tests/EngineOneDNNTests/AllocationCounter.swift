import Foundation
import TestSupport

/// Counts a process's allocations by standing before the C library's: a library that is compiled on the spot and loaded first.
enum AllocationCounter {
    /// `operator new` is counted apart: of the engine's parts only oneDNN is C++.
    private static let source = """
        #include <errno.h>
        #include <stdlib.h>
        extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
        static unsigned long plain, objects;
        static void count(unsigned long *which) { __atomic_add_fetch(which, 1, __ATOMIC_RELAXED); }
        void *malloc(size_t n) { count(&plain); return __libc_malloc(n); }
        void *calloc(size_t n, size_t size) { count(&plain); return __libc_calloc(n, size); }
        void *realloc(void *p, size_t n) { count(&plain); return __libc_realloc(p, n); }
        void *memalign(size_t to, size_t n) { count(&plain); return __libc_memalign(to, n); }
        void *aligned_alloc(size_t to, size_t n) { count(&plain); return __libc_memalign(to, n); }
        int posix_memalign(void **p, size_t to, size_t n) { count(&plain); *p = __libc_memalign(to, n); return *p ? 0 : ENOMEM; }
        static void *object(size_t n) { void *p = __libc_malloc(n ? n : 1); if (!p) abort(); count(&objects); return p; }
        void *_Znwm(size_t n) { return object(n); }
        void *_Znam(size_t n) { return object(n); }
        unsigned long aliquot_counted_allocations(int of_objects) { return of_objects ? objects : plain; }
        """

    /// AddressSanitizer's own memory functions stand there already.
    static var isTaken: Bool { dlsym(nil, "__asan_init") != nil }

    /// A C compiler; every machine with a Swift toolchain has one.
    static let compiler: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .flatMap { folder in ["clang", "cc", "gcc"].map { URL(fileURLWithPath: "\(folder)/\($0)") } }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }

    /// Makes the library in `folder`. A child that gets it as `LD_PRELOAD` can ask for ``count``.
    static func library(with compiler: URL, in folder: URL) async throws -> URL {
        let file = folder.appendingPathComponent("count.c"), library = folder.appendingPathComponent("count.so")
        try Data(source.utf8).write(to: file)
        let result = try await ChildProcess.run(
            compiler, ["-shared", "-fPIC", "-O1", "-fno-builtin", "-o", library.path, file.path], timeout: .seconds(60))
        guard result.status == 0 else { throw CompilerError(output: String(decoding: result.errors, as: UTF8.self)) }
        return library
    }

    struct CompilerError: Error {
        let output: String
    }

    /// Tells this process's allocations so far, without C++'s (0) or those (1), and allocates nothing itself; nil where the library is not loaded.
    static let count: (@convention(c) (Int32) -> UInt)? =
        dlsym(nil, "aliquot_counted_allocations").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> UInt).self) }
}
