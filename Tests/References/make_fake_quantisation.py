#!/usr/bin/env python3
"""Makes Tests/References/fake_quantisation.json: what PyTorch makes of numbers in fake quantisation, and the gradient that it lets through.

  make_fake_quantisation.py > Tests/References/fake_quantisation.json

Needs torch. Numbers inside, at and beyond the ends of both grids, and half way between two levels, where rounding goes to the even one. The scales are powers of two, so that
ties are ties in binary, and one that is none.
"""
import json, torch

GRIDS = [('unsigned', 0, 255), ('signed', -128, 127)]
LEVELS = [-1000, -129, -128.75, -128.5, -128.25, -128, -127.5, -127, -3.5, -2.5, -1.5, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1.5, 2.5, 3.5, 63.49, 126.5, 127,
          127.25, 127.5, 127.75, 128, 254.5, 255, 255.25, 255.5, 255.75, 256, 1000]

cases = []
for name, low, high in GRIDS:
    for scale in (0.5, 0.0078125, 0.0371):
        x = (torch.tensor(LEVELS, dtype=torch.float32) * scale).requires_grad_()
        y = torch.fake_quantize_per_tensor_affine(x, scale, 0, low, high)
        slope = torch.arange(1, len(LEVELS) + 1, dtype=torch.float32)
        y.backward(slope)
        cases.append({'grid': name, 'scale': scale, 'x': x.tolist(), 'y': y.tolist(), 'slope': slope.tolist(), 'gradient': x.grad.tolist()})
print(json.dumps({'torch': torch.__version__.split('+')[0], 'cases': cases}))
