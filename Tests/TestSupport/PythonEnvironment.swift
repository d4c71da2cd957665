import Base
import Foundation

/// A virtual environment of Python with packages of PyPI, made at first use and kept for later runs in the folder of temporary files; for tests that hold our files against the
/// programs they are meant for.
package enum PythonEnvironment {
    /// Why there is none: no Python, no network, or a package that does not exist for this machine.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// The interpreter of an environment that has the packages.
    ///
    /// - Parameter packages: as pip names them, `onnxruntime>=1.17`.
    /// - Throws: ``Unavailable``, and then a test says so and ends.
    package static func python(with packages: [String]) async throws -> URL {
        let name = "aliquot-python-" + SHA256Digest(of: Data(packages.joined(separator: "\n").utf8)).description.prefix(16)
        let place = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(name, isDirectory: true)
        let python = place.appendingPathComponent("bin/python")
        let ready = place.appendingPathComponent("ready")
        // Several test processes may want it at once: the first one makes it.
        let script = """
            set -e
            exec 9> "$1.lock"; flock 9
            [ -e "$1/ready" ] && exit 0
            rm -rf "$1"; python3 -m venv "$1"; place=$1; shift
            "$place/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 20 "$@"
            touch "$place/ready"
            """
        if !FileManager.default.fileExists(atPath: ready.path) {
            let made = try await ChildProcess.run(
                URL(fileURLWithPath: "/bin/bash"), ["-c", script, "bash", place.path] + packages, timeout: .seconds(300))
            guard made.status == 0 else {
                let last =
                    String(decoding: made.errors, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? "status \(made.status)"
                throw Unavailable(description: "no Python with \(packages.joined(separator: ", ")): \(last)")
            }
        }
        return python
    }
}
