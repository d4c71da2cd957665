#!/usr/bin/env python3
"""Prints the rows of Tests/NetworksTests/PublishedNetwork.swift: parameters, multiply-adds at 224 and a digest of names and shapes, from torchvision and timm."""
import hashlib
import torch
from make_parity import network

NAMES = ['efficientnet_b0', 'efficientnet_b3', 'fbnetc_100', 'mixnet_l', 'mixnet_m', 'mixnet_s', 'mnasnet_100', 'mobilenet_v2', 'mobilenetv1_100',
         'mobilenetv3_large_100', 'resnet101', 'resnet18', 'resnet50', 'shufflenet_v2_x0_5', 'shufflenet_v2_x1_0', 'squeezenet1_0', 'squeezenet1_1']


def multiply_adds(net):
    total = [0]

    def hook(module, inputs, output):
        if isinstance(module, torch.nn.Conv2d): total[0] += module.weight[0].numel() * output[0].numel()
        elif isinstance(module, torch.nn.Linear): total[0] += module.weight.numel()
    for module in net.modules(): module.register_forward_hook(hook)
    with torch.no_grad(): net.eval()(torch.zeros(1, 3, 224, 224))
    return total[0]


for name in NAMES:
    net = network(name, 1000)
    lines = [f'{key} {",".join(map(str, value.shape))}' for key, value in net.state_dict().items() if not key.endswith('num_batches_tracked')]
    print(name, sum(p.numel() for p in net.parameters()), multiply_adds(net), hashlib.sha256('\n'.join(lines).encode()).hexdigest())
