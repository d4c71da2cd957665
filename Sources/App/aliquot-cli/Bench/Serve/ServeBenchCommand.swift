import ArgumentParser
import Foundation
import Inference
import ModelFormat
import Sockets

/// Clients over loopback against the service, held against what decoding and the network alone reach on the same cores.
struct ServeBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Loads the service with pictures and prints throughput, latencies and what stands beside the kernel.",
        discussion: """
            Starts a service of its own with random weights, or loads one that runs (--address). Its own is measured in rounds, in turn with the cores alone: each
            core decodes a picture, runs it through the network and begins anew, without a service.
            """)

    @Option(help: "host:port of a service that runs; without it one is started.") var address: String?
    @Option(help: "Where pictures are posted, with --address: /v1/models/NAME/classify.") var path = "/v1/models/bench/classify"
    @Option(help: "Connections that are kept open.") var clients = 8
    @Option(help: "Seconds of load, all rounds together.") var seconds = 12.0
    @Option(help: "Requests at most.") var requests: Int?
    @Option(help: "Requests a second by the clock; without it each client sends when it has its answer.") var rate: Double?
    @Option(help: "Rounds.") var rounds = 3
    @Option(help: ArgumentHelp("Pictures to send; without it cells are drawn, JPEGs of some 100 KB.", valueName: "directory")) var pictures:
        String?
    @Option(help: "Network of the service that is started.") var network = "mobilenet_v2"
    @Option(help: "Side of its input in pixels.") var size = 224
    @Option(help: "float or int8.") var precision = "int8"
    @Option(help: "Cores that the rate without a service is measured on; all if absent.") var cores: Int?
    @Flag(help: "Do not measure the cores alone: for pictures that are none, and for long loads.") var load = false
    @Option(
        parsing: .unconditional,
        help: "More options of `aliquot serve` for the service that is started, in one word: \"--lanes 1 --max-batch 1\".") var serve =
        ""
    @Flag(help: "One line of JSON.") var json = false

    func validate() throws {
        guard (1...4096).contains(clients) else { throw ValidationError("--clients is 1 to 4096, got \(clients)") }
        guard (0.1...86_400).contains(seconds) else { throw ValidationError("--seconds is 0.1 to 86400, got \(seconds)") }
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds is 1 to 100, got \(rounds)") }
        guard (32...1024).contains(size) else { throw ValidationError("--size is 32 to 1024, got \(size)") }
        guard Precision(rawValue: precision) != nil else { throw ValidationError("--precision is float or int8, got \(precision)") }
        if let rate, rate <= 0 { throw ValidationError("--rate is greater than 0, got \(rate)") }
        if let cores, !(1...256).contains(cores) { throw ValidationError("--cores is 1 to 256, got \(cores)") }
        if let address, Self.parse(address) == nil { throw ValidationError("--address is HOST:PORT, got \(address)") }
    }

    func run() throws {
        let files = try BenchModel.pictures(from: pictures)
        guard !files.isEmpty else { throw ValidationError("--pictures: there is no .jpg or .png in \(pictures ?? "")") }
        if let address = address.flatMap(Self.parse) {
            let outcome = loadRun(address, files).run(seconds: seconds, count: requests ?? .max)
            print(try ServeBenchReport(outcome, kernel: nil, clients: clients, files: files).text(json: json))
            return
        }
        let model = try BenchModel(network: network, precision: Precision(rawValue: precision) ?? .float, side: size)
        let service = try BenchService(model, arguments: serve.split(separator: " ").map(String.init))
        defer { service.stop() }
        let preparation = try PicturePreparation(model.manifest.input)
        let threads = cores ?? ProcessInfo.processInfo.activeProcessorCount
        let crowd = loadRun(service.address, files)
        _ = crowd.run(seconds: 1)  // loads the model
        var outcome = LoadRun.Outcome()
        var kernel = KernelRate.Outcome()
        var ratios: [Double] = []
        var serviceProcessor = 0.0
        var footprints = [ServiceFootprint(of: service.processID)]
        for _ in 0..<rounds {
            let each = seconds / Double(rounds)
            if self.load {
                outcome.add(crowd.run(seconds: each, count: requests.map { $0 / rounds } ?? .max))
                footprints.append(ServiceFootprint(of: service.processID))
                continue
            }
            let alone = try KernelRate.measured(files, preparation, threads: threads, seconds: each / 2) { try model.plan() }
            let before = ServiceFootprint(of: service.processID)
            let served = crowd.run(seconds: each, count: requests.map { $0 / rounds } ?? .max)
            serviceProcessor += (ServiceFootprint(of: service.processID)?.cpuMs ?? 0) - (before?.cpuMs ?? 0)
            let again = try KernelRate.measured(files, preparation, threads: threads, seconds: each / 2) { try model.plan() }
            outcome.add(served)
            kernel.add(alone)
            kernel.add(again)
            footprints.append(ServiceFootprint(of: service.processID))
            ratios.append(Double(served.milliseconds.count) / served.seconds / ((alone.rate + again.rate) / 2))
        }
        let report = ServeBenchReport(
            outcome, kernel: load ? nil : kernel, clients: self.clients, files: files, ratios: ratios,
            serviceProcessor: serviceProcessor, footprints: footprints.compactMap(\.self))
        print(try report.text(json: json))
    }

    private func loadRun(_ address: SocketAddress, _ files: [[UInt8]]) -> LoadRun {
        LoadRun(
            address: address, requests: files.map { LoadClient.post(path, to: address, type: "application/octet-stream", body: $0) },
            clients: clients, rate: rate)
    }

    private static func parse(_ text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        return try? SocketAddress(host: text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port: port)
    }
}
