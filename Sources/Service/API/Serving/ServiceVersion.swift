/// What `/v1/version` says of this program and machine.
package struct ServiceVersion: Sendable, Encodable {
    package struct Build: Sendable, Encodable {
        package let configuration: String
        package let swift: String
        package let platform: String

        package init(configuration: String, swift: String, platform: String) {
            self.configuration = configuration
            self.swift = swift
            self.platform = platform
        }
    }

    package struct Kernels: Sendable, Encodable {
        package let backend: String
        package let wideInt8Products: Bool
        package let trainsInBfloat16: Bool

        package init(backend: String, wideInt8Products: Bool, trainsInBfloat16: Bool) {
            self.backend = backend
            self.wideInt8Products = wideInt8Products
            self.trainsInBfloat16 = trainsInBfloat16
        }

        private enum CodingKeys: String, CodingKey {
            case backend
            case wideInt8Products = "wide_int8_products"
            case trainsInBfloat16 = "bfloat16_training"
        }
    }

    package let name = "aliquot"
    package let version: String
    package let build: Build
    package let cores: Int
    package let memoryBytes: Int
    package let kernels: Kernels
    package let workers: Int
    package let threadsPerJob: Int
    /// By name: the most that one request or the queue may hold, in the unit that the name says.
    package let limits: [String: Int]

    package init(
        version: String, build: Build, cores: Int, memoryBytes: Int, kernels: Kernels, workers: Int, threadsPerJob: Int,
        limits: [String: Int]
    ) {
        self.version = version
        self.build = build
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.kernels = kernels
        self.workers = workers
        self.threadsPerJob = threadsPerJob
        self.limits = limits
    }

    private enum CodingKeys: String, CodingKey {
        case name, version, build, cores, kernels, workers, limits
        case memoryBytes = "memory_bytes"
        case threadsPerJob = "threads_per_job"
    }
}
