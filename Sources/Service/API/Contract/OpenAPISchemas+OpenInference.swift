extension OpenAPISchemas {
    /// The messages of the Open Inference Protocol v2, as far as they are spoken here.
    static let openInference = #"""
        {
          "V2Server": {
            "type": "object", "required": ["name", "version", "extensions"],
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "extensions": {"type": "array", "items": {"type": "string"}}}
          },
          "V2Live": {"type": "object", "required": ["live"], "properties": {"live": {"type": "boolean"}}},
          "V2Ready": {"type": "object", "required": ["ready"], "properties": {"ready": {"type": "boolean"}}},
          "V2ModelReady": {
            "type": "object", "required": ["name", "ready"], "properties": {"name": {"$ref": "#/components/schemas/Name"}, "ready": {"type": "boolean"}}
          },
          "V2Tensor": {
            "type": "object", "required": ["name", "datatype", "shape"],
            "properties": {
              "name": {"type": "string"}, "datatype": {"enum": ["BYTES", "UINT8", "FP32"]},
              "shape": {"type": "array", "items": {"type": "integer"}, "description": "-1: the request decides."}
            }
          },
          "V2Model": {
            "type": "object", "required": ["name", "versions", "platform", "inputs", "outputs"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"},
              "inputs": {
                "type": "array", "items": {"$ref": "#/components/schemas/V2Tensor"},
                "description": "Three ways to send pictures; a request takes one: `image` BYTES [n], a file each; `pixels` UINT8 [n, height, width, 3], RGB; `input` FP32 [n, 3, side, side], normalised as the manifest says."
              },
              "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/V2Tensor"}, "description": "`probabilities` and `logits`, [n, classes]."}
            }
          },
          "V2Configuration": {
            "type": "object", "required": ["name", "platform", "backend", "max_batch_size", "input", "output"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "platform": {"type": "string"}, "backend": {"type": "string"},
              "max_batch_size": {"type": "integer", "description": "The most pictures of a request."},
              "input": {"type": "array", "items": {"type": "object"}}, "output": {"type": "array", "items": {"type": "object"}}
            }
          },
          "V2Duration": {"type": "object", "required": ["count", "ns"], "properties": {"count": {"type": "integer"}, "ns": {"type": "integer"}}},
          "V2Statistics": {
            "type": "object", "required": ["model_stats"],
            "properties": {
              "model_stats": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["name", "version", "inference_count", "execution_count", "inference_stats", "batch_stats"],
                  "properties": {
                    "name": {"$ref": "#/components/schemas/Name"}, "version": {"type": "string"},
                    "last_inference": {"type": "integer", "description": "Milliseconds since 1970; 0: never."},
                    "inference_count": {"type": "integer", "description": "Pictures answered."},
                    "execution_count": {"type": "integer", "description": "Times that pictures went through the network, alone or together."},
                    "inference_stats": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/V2Duration"}},
                    "batch_stats": {
                      "type": "array",
                      "items": {"type": "object", "properties": {"batch_size": {"type": "integer"}, "compute_infer": {"$ref": "#/components/schemas/V2Duration"}}}
                    }
                  }
                }
              }
            }
          },
          "V2IndexRequest": {"type": "object", "properties": {"ready": {"type": "boolean", "description": "Only what is in memory."}}},
          "V2Index": {
            "type": "array",
            "items": {
              "type": "object", "required": ["name", "version", "state"],
              "properties": {
                "name": {"$ref": "#/components/schemas/Name"}, "version": {"type": "string"}, "state": {"enum": ["READY", "UNAVAILABLE"]},
                "reason": {"type": "string"}
              }
            }
          },
          "V2InferRequest": {
            "type": "object", "additionalProperties": false, "required": ["inputs"],
            "properties": {
              "id": {"type": "string", "maxLength": 256, "description": "Echoed."},
              "parameters": {
                "type": "object", "additionalProperties": false,
                "properties": {
                  "precision": {"$ref": "#/components/schemas/Precision"}, "in_doubt": {"enum": ["float", "keep"]},
                  "timeout": {"type": "integer", "minimum": 1, "maximum": 600000000, "description": "Microseconds within which an answer is wanted; 504 afterwards."},
                  "binary_data_output": {"type": "boolean"}, "priority": {"type": "number", "description": "Read and not used."}
                }
              },
              "inputs": {
                "type": "array", "minItems": 1, "maxItems": 1,
                "items": {
                  "type": "object", "additionalProperties": false, "required": ["name", "datatype", "shape"],
                  "properties": {
                    "name": {"enum": ["image", "pixels", "input"]}, "datatype": {"enum": ["BYTES", "UINT8", "FP32"]},
                    "shape": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                    "parameters": {"type": "object", "properties": {"binary_data_size": {"type": "integer", "minimum": 0}}},
                    "data": {"type": "array", "description": "Numbers, nested or flat; pictures' bytes as Base64. Instead of binary_data_size."}
                  }
                }
              },
              "outputs": {
                "type": "array",
                "items": {
                  "type": "object", "additionalProperties": false, "required": ["name"],
                  "properties": {
                    "name": {"enum": ["probabilities", "logits"]},
                    "parameters": {
                      "type": "object",
                      "properties": {
                        "binary_data": {"type": "boolean"},
                        "classification": {"type": "integer", "minimum": 0, "description": "So many classes as `value:index:label`, the likeliest first."}
                      }
                    }
                  }
                }
              }
            }
          },
          "V2InferAnswer": {
            "type": "object", "required": ["model_name", "model_version", "outputs"],
            "properties": {
              "model_name": {"$ref": "#/components/schemas/Name"}, "model_version": {"type": "string"}, "id": {"type": "string"},
              "parameters": {
                "type": "object",
                "properties": {"precision": {"$ref": "#/components/schemas/Precision"}, "in_doubt": {"type": "integer", "description": "Pictures that float answered because int8 was in doubt."}}
              },
              "outputs": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["name", "datatype", "shape"],
                  "properties": {
                    "name": {"type": "string"}, "datatype": {"enum": ["FP32", "BYTES"]}, "shape": {"type": "array", "items": {"type": "integer"}},
                    "parameters": {"type": "object", "properties": {"binary_data_size": {"type": "integer"}}}, "data": {"type": "array"}
                  }
                }
              }
            }
          }
        }
        """#
}
