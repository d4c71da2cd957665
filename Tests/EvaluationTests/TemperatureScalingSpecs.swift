import Evaluation
import Testing

@Suite("Temperature scaling")
struct TemperatureScalingSpecs {
    @Test("finds the temperature that scipy finds")
    func equalsReference() throws {
        // Given the made-up logits and the minimum that the reference found
        guard let fixture = try MetricsFixture.load() else { return }
        // When a temperature is fitted
        let temperature = try TemperatureScaling.fit(logits: fixture.logits, labels: fixture.labels)
        // Then it is the same (the log loss is flat at its minimum: 1e-4), and so is the loss there
        #expect(abs(temperature - fixture.temperatureScaling.temperature) < 1e-4)
        let measures = try ClassificationMeasures(logits: fixture.logits, labels: fixture.labels, temperature: temperature)
        #expect(abs(measures.logLoss - fixture.temperatureScaling.nllAfter) < 1e-6)
    }

    @Test("stays within its bounds where every answer is right")
    func isBounded() throws {
        let temperature = try TemperatureScaling.fit(logits: [[1, 0], [0, 1]], labels: [0, 1])
        #expect(temperature >= 0.05 && temperature < 0.06)
    }
}
