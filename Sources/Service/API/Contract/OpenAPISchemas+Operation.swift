extension OpenAPISchemas {
    static let operation = #"""
        {
          "Network": {
            "type": "object", "required": ["name", "family", "parameters", "multiply_adds", "minimum_side"],
            "properties": {
              "name": {"type": "string"}, "family": {"type": "string"}, "parameters": {"type": "integer", "description": "With 1,000 classes."},
              "multiply_adds": {"type": "integer", "description": "Of one picture at 224²."}, "minimum_side": {"type": "integer", "description": "Pixels."},
              "activation_elements": {"type": "integer"}
            }
          },
          "NetworkList": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Network"}}}},
          "MethodField": {
            "type": "object", "required": ["name", "type", "required"],
            "properties": {
              "name": {"type": "string", "description": "Dotted where nested."}, "type": {"type": "string"}, "required": {"type": "boolean"}, "default": {},
              "minimum": {"type": "number"}, "maximum": {"type": "number"}, "choices": {"type": "array", "items": {"type": "string"}}, "description": {"type": "string"}
            }
          },
          "Method": {
            "type": "object", "required": ["name", "description", "uses_unlabelled", "fields"],
            "properties": {
              "name": {"type": "string"}, "description": {"type": "string"}, "uses_unlabelled": {"type": "boolean"},
              "fields": {"type": "array", "items": {"$ref": "#/components/schemas/MethodField"}}
            }
          },
          "MethodList": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Method"}}}},
          "Weights": {
            "type": "object", "required": ["name", "network", "bytes"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "network": {"type": "string"}, "bytes": {"type": "integer"},
              "sha256": {"$ref": "#/components/schemas/SHA256"}, "source": {"type": "string", "description": "Where the file came from, if known."}
            }
          },
          "WeightsFacts": {
            "type": "object", "required": ["name", "network", "bytes", "classes", "parameters", "element_types"],
            "properties": {
              "name": {"$ref": "#/components/schemas/Name"}, "network": {"type": "string"}, "bytes": {"type": "integer"},
              "sha256": {"$ref": "#/components/schemas/SHA256"}, "source": {"type": "string", "description": "Where the file came from, if known."},
              "classes": {"type": "integer", "description": "Of the file's head; training always makes a new one."}, "parameters": {"type": "integer"},
              "element_types": {"type": "array", "items": {"type": "string"}},
              "translated_from": {"type": "string", "description": "The library whose names the file has, where they are not the network's own."}
            }
          },
          "WeightsList": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Weights"}}}},
          "Health": {"type": "object", "required": ["status"], "properties": {"status": {"enum": ["alive", "starting", "ready", "draining"]}}},
          "ServiceVersion": {
            "type": "object", "required": ["name", "version", "build", "cores", "kernels", "limits"],
            "properties": {
              "name": {"type": "string"}, "version": {"type": "string"},
              "build": {"type": "object", "properties": {"configuration": {"type": "string"}, "swift": {"type": "string"}, "platform": {"type": "string"}}},
              "cores": {"type": "integer"}, "memory_bytes": {"type": "integer"},
              "kernels": {"type": "object", "properties": {"backend": {"type": "string"}, "wide_int8_products": {"type": "boolean"}, "bfloat16_training": {"type": "boolean"}}},
              "workers": {"type": "integer"}, "threads_per_job": {"type": "integer"},
              "limits": {"type": "object", "additionalProperties": {"type": "integer"}}
            }
          }
        }
        """#
}
