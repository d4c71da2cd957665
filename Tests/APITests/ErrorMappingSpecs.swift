import Base
import DatasetStore
import HTTP
import HTTPTypes
import Jobs
import Logging
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@testable import API

@Suite("faults of disk and database")
struct ErrorMappingSpecs {
    private func problem(_ error: any Error) throws -> Problem {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return ErrorMapping.problem(of: error, try ServerRequest(method: .get, target: "/"), logger)
    }

    @Test("a full disk is 507, wherever it shows")
    func full() throws {
        for error in [
            DatasetStoreError.diskFull, JobsError.storageFull, SystemError(call: "write", code: ENOSPC, subject: "x"),
            JobsError.system(SystemError(call: "write", code: EDQUOT, subject: "x")),
        ] as [any Error] { #expect(try problem(error).status == 507) }
    }

    @Test("what passes, or what an operator can end, is 503 with the time to come again")
    func passing() throws {
        for error in [
            DatasetStoreError.catalogBusy, DatasetStoreError.catalogReadOnly, JobsError.storageBusy, JobsError.storageReadOnly,
            SystemError(call: "open", code: EROFS, subject: "x"), SystemError(call: "open", code: EMFILE, subject: "x"),
            JobsError.system(SystemError(call: "open", code: EACCES, subject: "x")),
        ] as [any Error] {
            let problem = try problem(error)
            #expect(problem.status == 503, "\(error)")
            #expect(problem.fields[.retryAfter] != nil && problem.detail?.isEmpty == false)
        }
    }

    @Test("a training that its study needs is 409, and the sentence says what to do")
    func neededByStudy() throws {
        let (training, study) = (ULID.now(), ULID.now())
        let problem = try problem(JobsError.neededByStudy(training: training, study: study, state: .running))
        #expect(problem.status == 409)
        let detail = try #require(problem.detail)
        #expect(detail.contains("\(training)") && detail.contains("study \(study), which is running") && detail.contains("cancel it"))
    }

    @Test("what is broken is 500, and its detail stays in the log")
    func broken() throws {
        for error in [
            DatasetStoreError.catalogUnreadable("SQLite error 11: malformed /secret/path"),
            JobsError.storage("SQLite error 10: disk I/O error /secret/path"),
            SystemError(call: "pread", code: EIO, subject: "/secret/path"),
        ] as [any Error] {
            let problem = try problem(error)
            #expect(problem.status == 500)
            #expect(problem.detail?.contains("secret") == false)
        }
    }
}
