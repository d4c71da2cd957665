import CKernels
import Engine

extension Int8InferenceCompiler {
    /// Channels gathered from several pictures: bytes are copied, from another grid through a table.
    func route(_ sources: [FusedNetwork.ChannelSource], _ layer: FusedNetwork.Layer, _ index: Int) throws(EngineError) {
        guard !isFeatures(index) else { throw .unsupported(what: "route '\(layer.name)' of features", by: "int8") }
        let own = scales[index]
        let tables = layer.inputs.map { scales[$0] == own ? nil : LevelTable(from: scales[$0], to: own) }
        let inputs = layer.inputs.map { assembly.source($0) }, y = assembly.result(bytes: bytes(index))
        let table = OwnedArray(sources.map { aliquot_route_channel(source: Int32($0.input), channel: Int32($0.channel)) })
        let readings = OwnedArray(
            [aliquot_int8_reading](
                repeating: aliquot_int8_reading(), count: Int(aliquot_int8_route_readings(table.pointer, Int32(table.count), nil))))
        aliquot_int8_route_readings(table.pointer, Int32(table.count), readings.pointer)
        let addresses = OwnedArray([UnsafePointer<UInt8>?](repeating: nil, count: inputs.count))
        let lookups = OwnedArray(tables.map { $0.map { UnsafePointer($0.entries.pointer) } })
        let channels = OwnedArray(layer.inputs.map { Int32(shapes[$0][1]) })
        var job = aliquot_int8_route(
            pixels: Int64(shapes[index][0] * shapes[index][2] * shapes[index][3]), channels: Int32(sources.count),
            source_count: Int32(inputs.count), sources: addresses.pointer, source_channels: channels.pointer, lookups: lookups.pointer,
            table: table.pointer, readings: readings.pointer, reading_count: Int32(readings.count), y: nil, threads: threads)
        assembly.append(
            KernelOperation(layer.name.isEmpty ? "layer \(index)" : layer.name, "route") {
                withExtendedLifetime((table, tables, lookups, channels, readings)) {
                    for (position, input) in inputs.enumerated() {
                        addresses.pointer[position] = UnsafePointer(input.address.assumingMemoryBound(to: UInt8.self))
                    }
                    job.y = y.address.assumingMemoryBound(to: UInt8.self)
                    aliquot_int8_route_run(&job)
                }
            })
    }
}
