import Testing

@testable import TrainingJobs

@Suite("How far a job is")
struct JobMeterSpecs {
    @Test("phases count by their cost, and what is left follows from what was done")
    func fractions() throws {
        // Given a job of 10, 10 and 20 pictures' work
        var meter = JobMeter([(.teacher, 10), (.pseudoLabelling, 10), (.student, 20)])
        // When it has done half the teacher in 5 seconds after its first line
        #expect(meter.advance(.teacher, share: 0, seconds: 100).secondsLeft == nil)
        let half = meter.advance(.teacher, share: 0.5, seconds: 105)
        // Then an eighth is done and seven times as long is left
        #expect(abs(half.fraction - 0.125) < 1e-12)
        #expect(abs(try #require(half.secondsLeft) - 35) < 1e-9)
        // And a phase that begins ends those before it
        #expect(abs(meter.advance(.student, share: 0.5, seconds: 120).fraction - 0.75) < 1e-12)
    }

    @Test("the fraction never falls, even when a phase turns out longer")
    func isMonotonic() {
        var meter = JobMeter([(.teacher, 10), (.student, 10)])
        let before = meter.advance(.teacher, share: 1, seconds: 1).fraction
        meter.revise(.student, cost: 90)
        #expect(meter.advance(.student, share: 0.1, seconds: 2).fraction == before)
        #expect(abs(meter.advance(.student, share: 0.9, seconds: 3).fraction - 0.91) < 1e-12)
    }

    @Test("a job that was taken up again judges its speed by this attempt alone")
    func resumed() throws {
        var meter = JobMeter([(.teacher, 50), (.student, 50)])
        #expect(meter.advance(.student, share: 0, seconds: 0).fraction == 0.5)
        let later = meter.advance(.student, share: 0.2, seconds: 10)
        #expect(abs(try #require(later.secondsLeft) - 40) < 1e-9)
    }
}

extension JobPhase {
    fileprivate static let teacher = JobPhase(rawValue: "teacher")
    fileprivate static let pseudoLabelling = JobPhase(rawValue: "pseudo_labelling")
    fileprivate static let student = JobPhase(rawValue: "student")
}
