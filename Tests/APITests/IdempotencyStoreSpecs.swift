import Base
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite("answers kept by Idempotency-Key")
struct IdempotencyStoreSpecs {
    private func answer(_ store: IdempotencyStore) -> IdempotencyStore.Answer {
        store.answer(fingerprint: "f", status: 201, location: "/x", contentType: "application/json", body: Data("{}".utf8))
    }

    @Test("a key is carried out once at a time, and its answer outlives the process")
    func keepsAnswers() throws {
        // Given a store with a key being carried out
        let directory = try TestSupport.temporaryDirectory()
        let store = try IdempotencyStore(directory: directory)
        let slot = IdempotencyStore.slot(method: "POST", path: "/v1/jobs", key: "k")
        #expect(store.claim(slot) == .fresh)
        // Then a second request with it has to wait
        #expect(store.claim(slot) == .underWay)
        // When it is answered
        let kept = answer(store)
        try store.finish(slot, answer: kept)
        // Then this store and a later one on the same folder give the answer again
        #expect(store.claim(slot) == .answered(kept))
        #expect(try IdempotencyStore(directory: directory).claim(slot) == .answered(kept))
        // And the same key on another route is another one
        #expect(store.claim(IdempotencyStore.slot(method: "POST", path: "/v1/datasets", key: "k")) == .fresh)
    }

    @Test("a failed request leaves its key unused")
    func forgetsFailures() throws {
        let store = try IdempotencyStore(directory: try TestSupport.temporaryDirectory())
        #expect(store.claim("slot") == .fresh)
        store.abandon("slot")
        #expect(store.claim("slot") == .fresh)
    }

    @Test("an answer is forgotten after 24 hours, and its file goes at the next start")
    func forgetsOldAnswers() throws {
        // Given an answer and a clock
        let directory = try TestSupport.temporaryDirectory()
        let time = Mutex<Int64>(1_000_000)
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: time.withLock { $0 }) }
        let store = try IdempotencyStore(directory: directory, now: now)
        #expect(store.claim("slot") == .fresh)
        try store.finish("slot", answer: answer(store))
        // When a day less a millisecond has passed, then it is there; after the day it is not
        let day: Int64 = 24 * 3600 * 1000
        time.withLock { $0 += day - 1 }
        guard case .answered = store.claim("slot") else {
            Issue.record("forgotten too early")
            return
        }
        time.withLock { $0 += 1 }
        _ = try IdempotencyStore(directory: directory, now: now)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        #expect(store.claim("slot") == .fresh)
    }
}
