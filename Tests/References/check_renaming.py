#!/usr/bin/env python3
"""Holds the rules of Sources/Learning/ModelFormat/Weights/ForeignNames.swift against the two libraries themselves.

  pip install 'torch==2.13.0+cpu' pillow pyyaml huggingface_hub safetensors && pip install --no-deps torchvision==0.28.0 timm==1.0.31
  check_renaming.py                 renames random weights of one library into the other's names and compares the logits (same within rounding)
  check_renaming.py --names FILE    also writes, for the specs, the other library's layers in the order of its modules (JSON; Tests/References/renaming.json)

The rules are written here a second time, independently of the Swift: by the order of the modules. Both libraries build these networks in the same order, so
that the n-th parameter of one is the n-th of the other; where shapes differ it is a linear layer against a 1×1 convolution.
"""
import json, sys
import torch, torch.library as library

_register_fake = library.register_fake


def lenient(*a, **k):  # torchvision's detection operators are of another build and not needed
    def wrap(function):
        try: return _register_fake(*a, **k)(function)
        except Exception: return function
    return wrap


library.register_fake = lenient
import torchvision, timm

# our name: (library whose names we have, its module), (the other library, its module)
pairs = {
    'mobilenet_v2': (('torchvision', 'mobilenet_v2'), ('timm', 'mobilenetv2_100')),
    'mnasnet_100': (('timm', 'mnasnet_100'), ('torchvision', 'mnasnet1_0')),
    'efficientnet_b0': (('timm', 'efficientnet_b0'), ('torchvision', 'efficientnet_b0')),
    'efficientnet_b3': (('timm', 'efficientnet_b3'), ('torchvision', 'efficientnet_b3')),
    'mobilenetv3_large_100': (('timm', 'mobilenetv3_large_100'), ('torchvision', 'mobilenet_v3_large')),
    'resnet18': (('torchvision', 'resnet18'), ('timm', 'resnet18')),
    'resnet50': (('torchvision', 'resnet50'), ('timm', 'resnet50')),
    'resnet101': (('torchvision', 'resnet101'), ('timm', 'resnet101')),
}


def module(source):
    library_name, name = source
    return (getattr(torchvision.models, name)() if library_name == 'torchvision' else timm.create_model(name)).eval()


def weights(net):  # without the counters
    return {name: tensor for name, tensor in net.state_dict().items() if not name.endswith('num_batches_tracked')}


def epsilon(net):
    found = {m.eps for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)}
    assert len(found) == 1, found
    return found.pop()


names = {}
torch.manual_seed(1)
for ours, (own, other) in pairs.items():
    mine, theirs = module(own), module(other)
    for m in theirs.modules():  # statistics as after training: nothing at its initial value
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.1); m.running_var.uniform_(0.5, 1.5); m.weight.data.uniform_(0.8, 1.2); m.bias.data.normal_(0, 0.1)
    shift = epsilon(theirs) - epsilon(mine)
    target, state = weights(mine), dict(mine.state_dict())
    for (name, to), (theirs_name, tensor) in zip(target.items(), weights(theirs).items(), strict=True):
        assert to.shape == tensor.shape or to.numel() == tensor.numel() and to.shape[:2] == tensor.shape[:2], (name, theirs_name)
        state[name] = tensor.reshape(to.shape) + (shift if name.endswith('running_var') else 0)
    mine.load_state_dict(state)
    x = torch.randn(2, 3, 160, 160)
    with torch.no_grad(): a, b = mine(x), theirs(x)
    error = ((a - b).norm() / b.norm()).item()
    same_names = list(target) == list(weights(theirs))
    same = 'equal' if same_names else 'differ'
    print(f'{ours:24} {own[0]} ← {other[0]:12} {len(target)} parameters, names {same}, epsilon shift {shift:.6f}, relative error {error:.1e}')
    assert error < 1e-5, ours
    if not same_names: names[ours] = list(dict.fromkeys(name.rsplit('.', 1)[0] for name in weights(theirs)))
if sys.argv[1:2] == ['--names']:
    with open(sys.argv[2], 'w') as file: json.dump(names, file, indent=0)
