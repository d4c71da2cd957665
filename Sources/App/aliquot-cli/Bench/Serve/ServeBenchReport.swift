import Foundation

/// What a load came to, as a table or as one line of JSON.
struct ServeBenchReport: Encodable {
    let clients: Int
    let pictureBytes: Int
    let seconds: Double
    /// Answers by status; 0: the connection failed.
    let statuses: [String: Int]
    /// Answers 200 a second.
    let rate: Double
    let p50Ms: Double
    let p95Ms: Double
    let p99Ms: Double
    let maxMs: Double
    /// Median of what was not answered with 200.
    let refusedP50Ms: Double?
    /// Means of the service's own times.
    let decodeMs: Double
    let queueMs: Double
    let inferMs: Double
    /// Of the mean latency, what is neither waiting nor decoding nor the network: HTTP both ways, hand-overs, the client.
    let otherMs: Double
    /// Decoding and the network alone, on the same cores without a service.
    let kernelRate: Double?
    let kernelDecodeMs: Double?
    let kernelInferMs: Double?
    /// Rate over kernel rate, of each round.
    let ratios: [Double]
    /// Their median.
    let ratio: Double?
    /// Processor time of a picture, milliseconds, whatever else the machine does: the service's, the clients', and without a service.
    let serviceCpuMs: Double?
    let clientCpuMs: Double
    let kernelCpuMs: Double?
    /// Of the processor time of service and clients, what goes into neither decoding nor the network.
    let besideShare: Double?
    /// Of the service, before the first round and after each.
    let footprints: [ServiceFootprint]
    let faults: [String]

    init(
        _ load: LoadRun.Outcome, kernel: KernelRate.Outcome?, clients: Int, files: [[UInt8]], ratios: [Double] = [],
        serviceProcessor: Double? = nil, footprints: [ServiceFootprint] = []
    ) {
        let sorted = load.milliseconds.sorted()
        func quantile(_ share: Double, of sorted: [Double]) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        let count = Double(max(1, sorted.count))
        self.clients = clients
        pictureBytes = files.reduce(0) { $0 + $1.count } / files.count
        seconds = load.seconds
        statuses = Dictionary(uniqueKeysWithValues: load.statuses.map { ("\($0.key)", $0.value) })
        rate = Double(sorted.count) / load.seconds
        p50Ms = quantile(0.5, of: sorted)
        p95Ms = quantile(0.95, of: sorted)
        p99Ms = quantile(0.99, of: sorted)
        maxMs = sorted.last ?? 0
        refusedP50Ms = load.refusedMilliseconds.isEmpty ? nil : quantile(0.5, of: load.refusedMilliseconds.sorted())
        decodeMs = load.decode / count
        queueMs = load.queue / count
        inferMs = load.infer / count
        otherMs = sorted.reduce(0, +) / count - (load.decode + load.queue + load.infer) / count
        kernelRate = kernel?.rate
        kernelDecodeMs = kernel.map { $0.decode / Double(max(1, $0.pictures)) }
        kernelInferMs = kernel.map { $0.infer / Double(max(1, $0.pictures)) }
        self.ratios = ratios
        ratio = ratios.isEmpty ? nil : ratios.sorted()[ratios.count / 2]
        self.footprints = footprints
        clientCpuMs = load.processor / count
        serviceCpuMs = serviceProcessor.map { $0 / count }
        kernelCpuMs = kernel.map { $0.processor / Double(max(1, $0.pictures)) }
        if let serviceCpuMs, let kernelCpuMs {
            besideShare = 1 - kernelCpuMs / (serviceCpuMs + clientCpuMs)
        } else {
            besideShare = nil
        }
        faults = load.faults
    }

    func text(json: Bool) throws -> String {
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
        func number(_ value: Double) -> String { String(format: "%.2f", value) }
        var rows = [
            ("clients", "\(clients), pictures of \(pictureBytes) bytes, \(number(seconds)) s"),
            ("answers", statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")),
            ("answered", "\(number(rate)) a second"),
            (
                "latency",
                "p50 \(number(p50Ms)) ms, p95 \(number(p95Ms)), p99 \(number(p99Ms)), longest \(number(maxMs)); p99/p50 \(number(p99Ms / max(p50Ms, 1e-9)))"
            ),
            (
                "of it",
                "waiting \(number(queueMs)) ms, decoding \(number(decodeMs)), network \(number(inferMs)), all else \(number(otherMs))"
            ),
        ]
        if let refusedP50Ms { rows.append(("refused", "in \(number(refusedP50Ms)) ms")) }
        if let kernelRate, let kernelDecodeMs, let kernelInferMs {
            rows.append(
                ("cores alone", "\(number(kernelRate)) a second: decoding \(number(kernelDecodeMs)) ms, network \(number(kernelInferMs))"))
        }
        if let ratio {
            rows.append(("reached", "\(number(ratio * 100)) % of it, rounds \(ratios.map { number($0 * 100) }.joined(separator: ", "))"))
        }
        if let serviceCpuMs, let kernelCpuMs, let besideShare {
            rows.append(
                (
                    "processor",
                    "\(number(serviceCpuMs)) ms a picture in the service, \(number(clientCpuMs)) in the clients, \(number(kernelCpuMs)) without: \(number(besideShare * 100)) % beside decoding and network"
                ))
        }
        if !footprints.isEmpty {
            rows.append(("memory", footprints.map { "\($0.residentBytes / 1_000_000)" }.joined(separator: ", ") + " MB"))
            rows.append(("descriptors", footprints.map { "\($0.descriptors)" }.joined(separator: ", ")))
        }
        rows += faults.map { ("fault", $0) }
        return rows.map { $0.0.padding(toLength: 13, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }
}
