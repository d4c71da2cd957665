import Foundation
import SamplePictures
import Testing
@Test func scratch() throws {
  let t = Date()
  try SampleWriter.write(to: URL(fileURLWithPath: "/tmp/vision-set"), seed: 1, labelledPerClass: 600, unlabelled: 600, testPerClass: 120, side: 96)
  print("SECONDS", Date().timeIntervalSince(t))
}
