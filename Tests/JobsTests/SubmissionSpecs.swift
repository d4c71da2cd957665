import Base
import Jobs
import Testing

@Suite("Submission") struct SubmissionSpecs {}
