import Logging
import ServiceLifecycle

/// A started service as a part of a `ServiceGroup`, which turns SIGTERM and SIGINT into a graceful shutdown.
struct ServiceRun: Service {
    let service: AliquotService

    /// Waits for the shutdown to be asked for, then stops cleanly.
    func run() async throws {
        try? await gracefulShutdown()  // throws only when cancelled, and then too the service is stopped
        await service.stop()
    }
}

extension AliquotService {
    /// Runs a started service until SIGTERM or SIGINT, drains it, and returns. A second signal ends the process at once with 130.
    package func runUntilSignalled(logger: Logger) async throws {
        let hardStop = HardStop()
        defer { hardStop.cancel() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: ServiceRun(service: self), successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
