extension OpenAPISchemas {
    static let jobs = #"""
        {
          "JobState": {"enum": ["queued", "running", "interrupted", "succeeded", "failed", "cancelled"]},
          "JobType": {"enum": ["train", "quantise", "study", "import"]},
          "Job": {
            "type": "object", "required": ["id", "type", "state", "attempt", "created_at", "links"],
            "properties": {
              "id": {"$ref": "#/components/schemas/ULID"}, "type": {"$ref": "#/components/schemas/JobType"}, "state": {"$ref": "#/components/schemas/JobState"},
              "attempt": {"type": "integer", "minimum": 0}, "created_at": {"$ref": "#/components/schemas/Time"},
              "started_at": {"type": ["string", "null"], "format": "date-time"}, "finished_at": {"type": ["string", "null"], "format": "date-time"},
              "queue_position": {"type": ["integer", "null"]},
              "progress": {
                "type": ["object", "null"],
                "properties": {
                  "fraction": {"type": "number", "minimum": 0, "maximum": 1}, "phase": {"type": "string"}, "epoch": {"type": ["integer", "null"]},
                  "epochs": {"type": ["integer", "null"]}, "step": {"type": ["integer", "null"]}, "images_per_s": {"type": ["number", "null"]},
                  "eta_s": {"type": ["number", "null"]},
                  "trainings": {
                    "type": ["object", "null"], "description": "Of a study: its trainings by state.", "additionalProperties": {"type": "integer"}
                  }
                }
              },
              "metrics": {"type": ["object", "null"], "description": "The latest value of each measure."},
              "result": {
                "type": ["object", "null"], "description": "Of a training or a quantisation: model, version, report, pages. Of a study: report, pages, counts. Of an import: what was taken in.",
                "properties": {
                  "model": {"type": ["string", "null"]}, "version": {"type": ["integer", "null"]}, "report": {"type": ["string", "null"]},
                  "counts": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
                  "pages": {
                    "type": ["object", "null"], "description": "Links of the report as a page, `html`, and of a study's as a table, `csv`.",
                    "additionalProperties": {"type": "string"}
                  }
                }
              },
              "error": {
                "type": ["object", "null"], "description": "Why it failed.", "required": ["code", "title", "detail"],
                "properties": {"code": {"type": "string", "description": "Stable between releases."}, "title": {"type": "string"}, "detail": {"type": "string"}}
              },
              "specification": {
                "type": "object", "required": ["type"],
                "description": "What is done: the fields that were submitted, every default filled in. Of a study the grid and its frozen revisions; its trainings have the rest.",
                "properties": {
                  "type": {"$ref": "#/components/schemas/JobType"},
                  "study": {"$ref": "#/components/schemas/ULID", "description": "Of a training: the study it belongs to."}
                }
              },
              "bad_event_lines": {"type": "integer", "description": "Lines of the job's log of events that were no events."},
              "etag": {"type": "string", "description": "The entity tag without its quotes."},
              "links": {"type": "object", "additionalProperties": {"type": "string"}}
            }
          },
          "JobList": {
            "type": "object", "required": ["items", "next_page_token"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}, "next_page_token": {"$ref": "#/components/schemas/NextPageToken"}}
          },
          "JobEvent": {
            "type": "object", "required": ["time", "kind"],
            "properties": {
              "time": {"$ref": "#/components/schemas/Time"}, "kind": {"enum": ["state", "progress", "metric", "alarm", "log", "end"]},
              "state": {"$ref": "#/components/schemas/JobState"}, "attempt": {"type": "integer"}, "progress": {"type": "object"},
              "metrics": {"type": "object", "additionalProperties": {"type": "number"}}, "epoch": {"type": "integer"}, "phase": {"type": "string"},
              "code": {"type": "string", "description": "Of an alarm."}, "message": {"type": "string", "description": "Of an alarm or a log line."}
            }
          },
          "JobMetrics": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/JobEvent"}}}},
          "JobReport": {"type": "object", "description": "What the worker measured; of a study, every training and the comparisons; of an import, the entries that were refused."}
        }
        """#
}
