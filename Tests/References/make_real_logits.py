#!/usr/bin/env python3
"""Writes Tests/References/real_logits.json: what PyTorch answers, with the weights of ../shared/weights, to an input that any program can make.

  pip install 'torch==2.13.0+cpu' numpy safetensors pillow pyyaml huggingface_hub && pip install --no-deps torchvision==0.28.0 timm==1.0.31
  make_real_logits.py ../shared/weights

The input is [1, 3, 224, 224], filled from SplitMix64 seeded with the CRC-32 of "input", as ../shared/parity/README.md says. Logits in float64 of the float16
weights; 1000 a network, as base64 of little-endian float32.
"""
import base64, json, pathlib, sys, zlib
import numpy as np, torch, torch.library as library

_register_fake = library.register_fake


def lenient(*a, **k):
    def wrap(function):
        try: return _register_fake(*a, **k)(function)
        except Exception: return function
    return wrap


library.register_fake = lenient
import timm, torchvision
from safetensors.torch import load_file

count = 3 * 224 * 224
with np.errstate(over='ignore'):
    z = np.uint64(zlib.crc32(b'input')) + (np.arange(1, count + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
x = torch.from_numpy((2 * ((z >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1).reshape(1, 3, 224, 224))
nets = {'mobilenet_v2': torchvision.models.mobilenet_v2(), 'squeezenet1_0': torchvision.models.squeezenet1_0(),
        'mobilenetv1_100': timm.create_model('mobilenetv1_100', pad_type='same')}
logits = {}
for name, net in nets.items():
    net.load_state_dict({k: v if v.dtype == torch.int64 else v.float() for k, v in load_file(pathlib.Path(sys.argv[1]) / f'{name}.safetensors').items()})
    with torch.no_grad():
        exact = net.double().eval()(x)[0]
        single = net.float()(x.float())[0]
    print(name, 'float32 against float64:', ((single - exact).norm() / exact.norm()).item(), exact.topk(3).indices.tolist())
    logits[name] = base64.b64encode(exact.float().numpy().tobytes()).decode()
(pathlib.Path(__file__).parent / 'real_logits.json').write_text(json.dumps(logits, indent=0) + '\n')
