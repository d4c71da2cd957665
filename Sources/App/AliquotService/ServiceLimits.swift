import API
import DatasetStore
import HTTP
import Images
import Jobs

/// The limits that `/v1/version` shows, from where they are enforced.
enum ServiceLimits {
    static var all: [String: Int] {
        let connection = ConnectionLimits()
        return [
            "picture_bytes": ImageLimits.standard.maximumBytes, "picture_pixels": ImageLimits.standard.maximumPixels,
            "archive_bytes": ArchiveLimits.standard.totalBytes, "archive_entries": ArchiveLimits.standard.entries,
            "json_bytes": Submission.byteLimit, "json_depth": Submission.depthLimit, "header_fields": connection.fields,
            "header_bytes": connection.headBytes, "queue_jobs": JobQueueSettings.standard.capacity,
            "multipart_parts": MultipartLimits().parts,
        ]
    }
}
