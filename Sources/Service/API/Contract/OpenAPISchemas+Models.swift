extension OpenAPISchemas {
    static let models = #"""
        {
          "Model": {
            "type": "object", "required": ["name", "versions", "latest", "aliases"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "versions": {"type": "array", "items": {"$ref": "#/components/schemas/Version"}},
              "latest": {"$ref": "#/components/schemas/Version"},
              "aliases": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Version"}}
            }
          },
          "ModelList": {
            "type": "object", "required": ["items", "next_page_token"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}}, "next_page_token": {"$ref": "#/components/schemas/NextPageToken"}}
          },
          "Precision": {"enum": ["float", "int8"]},
          "ModelVersion": {
            "type": "object", "required": ["model", "version", "manifest", "files", "links"],
            "properties": {
              "model": {"$ref": "#/components/schemas/Name"}, "version": {"$ref": "#/components/schemas/Version"},
              "aliases": {"type": "array", "items": {"type": "string"}},
              "manifest": {
                "type": "object", "required": ["architecture", "classes", "input", "precisions", "default_precision"],
                "properties": {
                  "format": {"type": "integer"}, "architecture": {"type": "string"}, "classes": {"type": "array", "items": {"type": "string"}},
                  "input": {"type": "object"}, "precisions": {"type": "array", "items": {"$ref": "#/components/schemas/Precision"}},
                  "default_precision": {"$ref": "#/components/schemas/Precision"}, "precision_reasons": {"type": "array", "items": {"type": "string"}},
                  "float_below_margin": {"type": "number", "description": "An int8 answer whose two best logits are closer is in doubt."},
                  "temperature": {"type": "number"},
                  "conformal": {
                    "type": "object", "description": "How prediction sets are made; absent in models of an earlier release.",
                    "required": ["alpha", "samples", "thresholds"],
                    "properties": {"alpha": {"type": "number"}, "samples": {"type": "integer"}, "thresholds": {"type": "object", "additionalProperties": {"type": "number"}}}
                  },
                  "lineage": {
                    "type": "object",
                    "properties": {
                      "job": {"type": "string"}, "source_version": {"type": "integer", "description": "The version whose float part this has; absent for one that its job has trained."},
                      "dataset": {"type": "string"}, "revision": {"type": "string"}, "method": {"type": "string"}, "initial_weights": {"type": "string"},
                      "initial_weights_sha256": {"type": "string", "description": "Of the file that initial_weights named; absent in models of an earlier release."},
                      "flips": {"type": "string", "description": "How pictures were mirrored in training; absent in models of an earlier release."},
                      "seed": {"type": "integer"}, "made_by": {"type": "string"}
                    }
                  }, "created_at": {"$ref": "#/components/schemas/Time"}, "files": {"type": "object"}
                }
              },
              "report": {"type": ["object", "null"], "description": "Measures, calibration, latency on this machine."},
              "files": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": {"type": "string"}, "bytes": {"type": "integer"}, "sha256": {"$ref": "#/components/schemas/SHA256"}, "href": {"type": "string"}}}
              },
              "exports": {
                "type": "object", "additionalProperties": {"type": "string"},
                "description": "Links of the model in other formats, made when first asked for: float.onnx, int8.onnx, bioimageio.zip."
              },
              "links": {"type": "object", "additionalProperties": {"type": "string"}}
            }
          },
          "Aliases": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Version"}},
          "AliasChange": {
            "type": "object", "additionalProperties": false, "required": ["version"], "properties": {"version": {"$ref": "#/components/schemas/Version"}}
          },
          "Prediction": {
            "type": "object", "required": ["label", "probability"],
            "properties": {"label": {"type": "string"}, "probability": {"type": "number", "minimum": 0, "maximum": 1}}
          },
          "PredictionSet": {
            "type": "array", "minItems": 1, "items": {"type": "string"},
            "description": "Holds the true class with probability 1 − alpha (split conformal prediction, adaptive sets); the likeliest first. Absent in models of an earlier release."
          },
          "PictureAnswer": {
            "type": "object", "required": ["model", "version", "precision", "predictions", "timing_ms"],
            "properties": {
              "model": {"$ref": "#/components/schemas/Name"}, "version": {"$ref": "#/components/schemas/Version"}, "precision": {"$ref": "#/components/schemas/Precision"},
              "in_doubt": {"type": "boolean", "description": "Only where true: int8 could not tell the two best classes apart, and float answered."},
              "predictions": {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}},
              "prediction_set": {"$ref": "#/components/schemas/PredictionSet"}, "confident": {"type": "boolean", "description": "The set holds one class."},
              "timing_ms": {
                "type": "object", "required": ["decode", "queue", "infer"],
                "properties": {"decode": {"type": "number"}, "queue": {"type": "number"}, "infer": {"type": "number"}}
              }
            }
          },
          "PictureResult": {
            "type": "object", "description": "Either predictions or an error.", "required": ["file"],
            "properties": {
              "file": {"type": "string"}, "precision": {"$ref": "#/components/schemas/Precision"}, "in_doubt": {"type": "boolean"},
              "predictions": {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}},
              "prediction_set": {"$ref": "#/components/schemas/PredictionSet"}, "confident": {"type": "boolean"}, "timing_ms": {"type": "object"},
              "error": {"$ref": "#/components/schemas/Problem"}
            }
          },
          "Explanation": {
            "type": "object", "description": "Where on a picture the float network found what speaks for a class.",
            "required": ["model", "version", "method", "precision", "class", "predicted", "probability", "heat_map", "layer", "input", "picture", "covers", "timing_ms"],
            "properties": {
              "model": {"$ref": "#/components/schemas/Name"}, "version": {"$ref": "#/components/schemas/Version"},
              "method": {"const": "gradcam"}, "precision": {"const": "float"},
              "class": {"type": "string", "description": "The class that is explained."},
              "predicted": {"type": "string", "description": "The class that float holds for the likeliest."},
              "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "Of the class that is explained."},
              "heat_map": {
                "type": "object", "required": ["rows", "peak"],
                "properties": {
                  "rows": {"type": "array", "items": {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}}, "description": "A square, the first row on top; the strongest place is 1, all are 0 where nothing speaks for the class."},
                  "peak": {"type": "number", "minimum": 0, "description": "What 1 stands for, in logits."}
                }
              },
              "layer": {"type": "string", "description": "The layer that makes the feature map."},
              "input": {
                "type": "object", "description": "The square that the network sees, and how a picture becomes one.", "required": ["size", "fit"],
                "properties": {"size": {"type": "integer", "minimum": 1}, "fit": {"enum": ["crop", "pad", "squish"]}}
              },
              "picture": {
                "type": "object", "description": "Pixels, upright.", "required": ["width", "height"],
                "properties": {"width": {"type": "integer", "minimum": 1}, "height": {"type": "integer", "minimum": 1}}
              },
              "covers": {
                "type": "object", "description": "What the map covers, in pixels of the picture; where fit is pad it reaches beyond it.", "required": ["left", "top", "width", "height"],
                "properties": {"left": {"type": "number"}, "top": {"type": "number"}, "width": {"type": "number"}, "height": {"type": "number"}}
              },
              "timing_ms": {
                "type": "object", "required": ["decode", "queue", "infer"],
                "properties": {"decode": {"type": "number"}, "queue": {"type": "number"}, "infer": {"type": "number"}}
              }
            }
          },
          "ClassifyAnswer": {
            "oneOf": [
              {"$ref": "#/components/schemas/PictureAnswer"},
              {
                "type": "object", "description": "Of a multipart body: one result a picture, in their order.", "required": ["model", "version", "results"],
                "properties": {
                  "model": {"$ref": "#/components/schemas/Name"}, "version": {"$ref": "#/components/schemas/Version"},
                  "results": {"type": "array", "items": {"$ref": "#/components/schemas/PictureResult"}}
                }
              }
            ]
          }
        }
        """#
}
