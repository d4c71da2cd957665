extension OpenAPISchemas {
    static let datasets = #"""
        {
          "DatasetCreation": {
            "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"},
              "classes": {"type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true, "items": {"$ref": "#/components/schemas/Label"},
                "description": "Other labels are refused. Without it the dataset learns its classes from labels and archives."},
              "description": {"type": "string", "maxLength": 2000}
            }
          },
          "DatasetChange": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "classes": {"type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true, "items": {"$ref": "#/components/schemas/Label"}},
              "description": {"type": "string", "maxLength": 2000}
            }
          },
          "ImageCounts": {
            "type": "object", "required": ["images", "labelled", "unlabelled", "train", "validation", "test", "unlabelled_train", "per_class"],
            "properties": {
              "images": {"type": "integer"}, "labelled": {"type": "integer"}, "unlabelled": {"type": "integer"}, "train": {"type": "integer"},
              "validation": {"type": "integer"}, "test": {"type": "integer"}, "unlabelled_train": {"type": "integer"},
              "per_class": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["label", "train", "validation", "test"],
                  "properties": {"label": {"$ref": "#/components/schemas/Label"}, "train": {"type": "integer"}, "validation": {"type": "integer"}, "test": {"type": "integer"}}
                }
              }
            }
          },
          "Dataset": {
            "type": "object", "required": ["name", "description", "classes", "classes_declared", "counts", "created_at", "updated_at"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "description": {"type": "string"},
              "classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "classes_declared": {"type": "boolean"},
              "counts": {"$ref": "#/components/schemas/ImageCounts"}, "created_at": {"$ref": "#/components/schemas/Time"},
              "updated_at": {"$ref": "#/components/schemas/Time"}
            }
          },
          "DatasetList": {
            "type": "object", "required": ["items", "next_page_token"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Dataset"}}, "next_page_token": {"$ref": "#/components/schemas/NextPageToken"}}
          },
          "Image": {
            "type": "object", "required": ["name", "role", "sha256", "bytes", "format", "width", "height", "created_at", "updated_at"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "label": {"type": ["string", "null"], "description": "Absent or null: unlabelled."},
              "hidden_label": {"type": ["string", "null"], "description": "The class of an unlabelled picture that only the evaluator knows."},
              "role": {"$ref": "#/components/schemas/Role"}, "sha256": {"$ref": "#/components/schemas/SHA256"}, "bytes": {"type": "integer"},
              "format": {"enum": ["jpeg", "png", "tiff", "webp", "bmp"]}, "width": {"type": "integer"}, "height": {"type": "integer"},
              "created_at": {"$ref": "#/components/schemas/Time"}, "updated_at": {"$ref": "#/components/schemas/Time"}
            }
          },
          "ImageList": {
            "type": "object", "required": ["items", "next_page_token"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Image"}}, "next_page_token": {"$ref": "#/components/schemas/NextPageToken"}}
          },
          "ImageChange": {
            "type": "object", "additionalProperties": false,
            "properties": {"label": {"type": ["string", "null"], "description": "null takes the label away."}, "hidden_label": {"type": ["string", "null"]}, "role": {"$ref": "#/components/schemas/Role"}}
          },
          "UploadResults": {
            "type": "object", "required": ["results", "stored", "failed"],
            "properties": {
              "stored": {"type": "integer"}, "failed": {"type": "integer"},
              "results": {
                "type": "array", "description": "One for each file, in their order.",
                "items": {
                  "type": "object", "required": ["file", "status"],
                  "properties": {
                    "file": {"type": "string", "description": "The file name as sent."}, "status": {"type": "integer", "description": "As a PUT of it would have answered."},
                    "image": {"$ref": "#/components/schemas/Image"}, "error": {"$ref": "#/components/schemas/Problem"}
                  }
                }
              }
            }
          },
          "Finding": {
            "type": "object", "required": ["kind", "severity", "count", "detail", "examples"],
            "properties": {
              "kind": {"enum": ["corrupt", "exact_duplicate", "near_duplicate", "same_picture_in_train_and_test", "conflicting_labels", "class_imbalance",
                "too_few_labels", "unlabelled_evaluation", "no_test_pictures"]},
              "severity": {"enum": ["error", "warning", "information"]}, "count": {"type": "integer"}, "detail": {"type": "string"},
              "examples": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
            }
          },
          "Revision": {
            "type": "object", "description": "Immutable.", "required": ["dataset", "revision", "digest", "classes", "counts", "findings", "created_at"],
            "properties": {
              "dataset": {"$ref": "#/components/schemas/Name"}, "revision": {"$ref": "#/components/schemas/Version"}, "digest": {"$ref": "#/components/schemas/SHA256"},
              "classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "counts": {"$ref": "#/components/schemas/ImageCounts"},
              "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}, "created_at": {"$ref": "#/components/schemas/Time"}
            }
          },
          "RevisionList": {
            "type": "object", "required": ["items", "next_page_token"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Revision"}}, "next_page_token": {"$ref": "#/components/schemas/NextPageToken"}}
          }
        }
        """#
}
