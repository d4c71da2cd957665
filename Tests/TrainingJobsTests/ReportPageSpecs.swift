import Base
import EngineOneDNN
import Evaluation
import Foundation
import Jobs
import TestSupport
import Testing

@testable import TrainingJobs

@Suite("A report to read")
struct ReportPageSpecs {
    @Test("text that is put into a page cannot become a tag, an attribute or another direction of writing")
    func escapes() {
        let hostile = "<img src=x onerror='alert(1)'>&\"\u{202E}\n"
        let page: HTML = "<td title=\"\(hostile)\">\(hostile)</td>"
        let escaped = "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;&quot;\u{FFFD}\u{FFFD}"
        #expect(page.text == "<td title=\"\(escaped)\">\(escaped)</td>")
    }

    @Test("a job with hostile class names makes a page with curves, matrix, calibration plot and thumbnails that runs and fetches nothing")
    func hostileNames() async throws {
        // Given a job whose classes are named like code, on pictures that cannot be told apart
        let classes = ["<script>alert(1)", "\"><svg onload=alert(2)>'&"]
        let dataset = try #require(ResourceName("colours"))
        let place = try JobPlace(
            .train(
                TrainSpecification(
                    dataset: dataset, revision: 1, method: .plainDistillation, network: "mobilenet_v2", imageSize: 32, epochs: 2,
                    batchSize: 4,
                    confidence: 0.3)))
        try place.writeRevision(.init(labelled: 12, unlabelled: 8, test: 30, classes: classes, strength: 0))
        // When it is carried out
        let status = await runJob(directory: place.files.directory, threads: 1, backend: OneDNNBackend(), stopAsked: { false })
        #expect(status == WorkerExitCode.finished)
        let page = try String(contentsOf: place.files.reportPage, encoding: .utf8)
        // Then the names stand there as text, in table, matrix and gallery
        #expect(page.components(separatedBy: "&lt;script&gt;alert(1)").count > 4)
        #expect(page.contains("&quot;&gt;&lt;svg onload=alert(2)&gt;&#39;&amp;"))
        // And no script, handler or foreign address does
        for code in ["<script", "<svg onload", "javascript:", "http:", "https:", "<link", "@import", "url("] {
            #expect(!page.contains(code), "\(code)")
        }
        #expect(page.matches(of: #/<[^>]* on[a-z]+=/#).isEmpty)
        // And the parts are there: two curves at least and the plot as SVG, the matrix, pictures inside the page
        #expect(page.components(separatedBy: "<svg viewBox").count == 4 && page.contains("class=\"matrix\""))
        let thumbnails = page.components(separatedBy: "src=\"data:image/jpeg;base64,").count - 1
        let report = try JSONDecoder().decode(TrainingReport.self, from: Data(contentsOf: place.files.report))
        let wrong = try #require(report.mostWrong)
        #expect(thumbnails == wrong.count && !wrong.isEmpty && wrong.count <= WrongPicture.limit)
        // And the report holds what the page shows: the worst first, as many wrong as the matrix says, bins that sum to the pictures
        #expect(wrong.map(\.labelProbability) == wrong.map(\.labelProbability).sorted())
        let measures = try #require(report.student?.measures)
        #expect(wrong.count == min(WrongPicture.limit, measures.confusion.total - measures.confusion.correct))
        #expect(report.calibration.raw.bins.reduce(0) { $0 + $1.samples } == 30)
        #expect(report.calibration.raw.expectedCalibrationError == measures.expectedCalibrationError)
        #expect(report.data?.digest == (try SHA256Digest(ofFile: place.files.revision)) && report.data?.counts.test == 30)
        #expect(report.origin?.version == ProgramVersion.current && report.efficiency.latencies?["float"] != nil)
    }

    @Test("ticks are round values that hold the range")
    func ticks() {
        #expect(Chart.ticks(from: 0, to: 1) == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
        #expect(Chart.ticks(from: 1, to: 40, isWhole: true) == [10, 20, 30, 40])
        #expect(Chart.ticks(from: 1, to: 2, isWhole: true) == [1, 2])
        #expect(Chart.ticks(from: 0, to: 0) == [0])
    }
}
