#!/usr/bin/env python3
"""How far PyTorch's gradients go when it trains in bfloat16 (torch.autocast): what ours are held against.

Prints, for each network, the relative L2 distance of all its gradients from float32's at the initial weights (convolutions normal with variance 2 / fan-out, biases
zero, as ours): a batch of 8 random pictures of 64², loss = the logits times random numbers, mean and largest of four seeds.

  pip install 'torch==2.13.0+cpu' --index-url https://download.pytorch.org/whl/cpu && pip install torchvision timm
"""
import torch
from torch import library, nn

_register_fake = library.register_fake


def lenient(*arguments, **keywords):
    """Where torchvision was built for another torch, its detection operators are missing; they are not needed here."""
    def wrap(function):
        try:
            return _register_fake(*arguments, **keywords)(function)
        except RuntimeError:
            return function
    return wrap


library.register_fake = lenient
import timm  # noqa: E402
import torchvision  # noqa: E402

NETWORKS = ["resnet18", "squeezenet1_1", "mobilenetv3_large_100", "mixnet_s", "shufflenet_v2_x1_0"]


def gradients(network, state, pictures, slope, rounded):
    """All gradients in one vector; the same dropout each time."""
    torch.manual_seed(9)
    network.load_state_dict(state)
    network.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=rounded):
        logits = network(pictures)
    (logits.float() * slope).sum().backward()
    return torch.cat([parameter.grad.flatten() for parameter in network.parameters()])


def distance(name, seed):
    torch.manual_seed(seed)
    made = getattr(torchvision.models, name, None)
    network = made(num_classes=5) if made else timm.create_model(name, num_classes=5)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, 0, (2 / (module.weight.shape[0] * module.kernel_size[0] ** 2)) ** 0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    pictures, slope = torch.randn(8, 3, 64, 64), torch.randn(8, 5)
    state = {key: value.clone() for key, value in network.state_dict().items()}
    exact, rounded = (gradients(network, state, pictures, slope, is_rounded) for is_rounded in (False, True))
    return float((exact - rounded).norm() / exact.norm())


for name in NETWORKS:
    distances = [distance(name, seed) for seed in range(4)]
    print(f"{name} mean {sum(distances) / 4:.3f} largest {max(distances):.3f}", flush=True)
