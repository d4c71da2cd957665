"""Drives a running service with NVIDIA's unmodified `tritonclient[http]` and prints what it got as one line of JSON.

    python3 Tests/References/tritonclient_check.py HOST:PORT MODEL PICTURE...

Each PICTURE is an encoded file. Any answer that the client does not understand raises, and the script ends with a status other than 0.
Tried with tritonclient 2.73.0.
"""

import json
import sys

import numpy as np
import tritonclient.http as http
from PIL import Image
from tritonclient.utils import InferenceServerException


def tensor(name, array, datatype, binary=True):
    result = http.InferInput(name, list(array.shape), datatype)
    result.set_data_from_numpy(array, binary_data=binary)
    return result


def refusal(call):
    """The message and status of a call that the service must refuse."""
    try:
        call()
    except InferenceServerException as error:
        return {"status": error.status(), "message": error.message()}
    raise SystemExit("was not refused")


def main():
    address, model = sys.argv[1:3]
    files = [open(path, "rb").read() for path in sys.argv[3:]]
    client = http.InferenceServerClient(address, concurrency=4)
    out = {"live": client.is_server_live(), "ready": client.is_server_ready(), "server": client.get_server_metadata()}
    out["model_ready"] = client.is_model_ready(model)
    out["no_such_model_ready"] = client.is_model_ready("nobody")
    out["metadata"] = client.get_model_metadata(model)
    out["version_metadata"] = client.get_model_metadata(model, "1")["name"]
    out["config"] = client.get_model_config(model)
    out["index"] = client.get_model_repository_index()

    encoded = np.array(files, dtype=np.object_)
    # All outputs, binary both ways, as the client does it unless told otherwise.
    result = client.infer(model, [tensor("image", encoded, "BYTES")], request_id="seven")
    out["id"] = result.get_response()["id"]
    out["probabilities"] = result.as_numpy("probabilities").tolist()
    out["logits"] = result.as_numpy("logits").tolist()
    # The classification extension, as JSON and binary.
    for name, binary in [("classes_json", False), ("classes_binary", True)]:
        wanted = [http.InferRequestedOutput("probabilities", binary_data=binary, class_count=2)]
        rows = client.infer(model, [tensor("image", encoded, "BYTES")], outputs=wanted).as_numpy("probabilities")
        out[name] = [[c.decode() if isinstance(c, bytes) else c for c in row] for row in rows.reshape(len(files), 2)]
    # Pixels and normalised numbers, binary and JSON: the same picture the other ways. The model squishes to its side and normalises with ImageNet's numbers.
    side = out["metadata"]["inputs"][2]["shape"][-1]
    images = [Image.open(path).convert("RGB") for path in sys.argv[3:]]
    pixels = np.stack([np.asarray(image, dtype=np.uint8) for image in images])
    wanted = [http.InferRequestedOutput("logits", binary_data=False)]
    out["pixels"] = client.infer(model, [tensor("pixels", pixels, "UINT8")], outputs=wanted).as_numpy("logits").tolist()
    mean, std = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
    small = np.stack([np.asarray(image.resize((side, side), Image.BILINEAR), dtype=np.float32) for image in images])
    numbers = np.ascontiguousarray(((small / 255 - mean) / std).transpose(0, 3, 1, 2).astype(np.float32))
    for name, binary in [("numbers_binary", True), ("numbers_json", False)]:
        out[name] = client.infer(model, [tensor("input", numbers, "FP32", binary)], outputs=wanted).as_numpy("logits").tolist()
    out["by_version"] = client.infer(model, [tensor("image", encoded[:1], "BYTES")], "1").get_response()["model_version"]
    out["asynchronous"] = [
        handle.get_result().as_numpy("logits").shape[0]
        for handle in [client.async_infer(model, [tensor("image", encoded[:1], "BYTES")]) for _ in range(8)]
    ]
    out["statistics"] = client.get_inference_statistics(model)["model_stats"][0]
    out["all_statistics"] = len(client.get_inference_statistics()["model_stats"])

    out["refusals"] = {
        "model": refusal(lambda: client.infer("nobody", [tensor("image", encoded, "BYTES")])),
        "metadata": refusal(lambda: client.get_model_metadata("nobody")),
        "name": refusal(lambda: client.infer(model, [tensor("picture", encoded, "BYTES")])),
        "datatype": refusal(lambda: client.infer(model, [tensor("input", pixels, "UINT8")])),
        "shape": refusal(lambda: client.infer(model, [tensor("input", numbers[:, :, 1:], "FP32")])),
        "not_finite": refusal(lambda: client.infer(model, [tensor("input", numbers * np.nan, "FP32")])),
        "not_a_picture": refusal(lambda: client.infer(model, [tensor("image", np.array([b"text"], np.object_), "BYTES")])),
        "output": refusal(
            lambda: client.infer(model, [tensor("image", encoded, "BYTES")], outputs=[http.InferRequestedOutput("nothing")])
        ),
        "two_inputs": refusal(lambda: client.infer(model, [tensor("image", encoded, "BYTES"), tensor("pixels", pixels, "UINT8")])),
        "precision": refusal(lambda: client.infer(model, [tensor("image", encoded, "BYTES")], parameters={"precision": "int8"})),
        "parameter": refusal(lambda: client.infer(model, [tensor("image", encoded, "BYTES")], parameters={"colour": 1})),
    }
    print(json.dumps(out))


main()
