#!/usr/bin/env python3
"""What ONNX Runtime answers: onnx_logits.py FILE.onnx PICTURES.f32 LOGITS.f32 [OPTIMISER…]

PICTURES.f32 holds little-endian float32, [n, 3, side, side]; LOGITS.f32 is written as [n, classes]. The file is first held against ONNX's own checker. Optimisers of ONNX Runtime that are named
are turned off."""
import sys
import numpy as np, onnx, onnxruntime as ort

model, pictures, logits, *optimisers = sys.argv[1:]
onnx.checker.check_model(onnx.load(model), full_check=True)
session = ort.InferenceSession(model, providers=["CPUExecutionProvider"], disabled_optimizers=optimisers)
given = session.get_inputs()[0]
x = np.fromfile(pictures, "<f4").reshape(-1, *given.shape[1:])
session.run(None, {given.name: x})[0].astype("<f4").tofile(logits)
