#!/usr/bin/env python3
"""The most memory that a process holds while it trains: PyTorch's and ours, the same step, each in a process of its own.

  python3 training_memory.py --aliquot .build/release/aliquot [--networks mobilenet_v2,resnet18]

Forward, cross-entropy, backward, AdamW; 5 classes, batch 16, 224 × 224, 2 threads, three steps on random pictures. PyTorch eager, in its default layout and
channels last. The figure is the largest resident set (`ru_maxrss`), libraries included; MB are 10⁶ bytes. One line a network.

  pip install 'torch==2.13.0+cpu' --index-url https://download.pytorch.org/whl/cpu && pip install torchvision timm
"""
import argparse
import json
import resource
import subprocess
import sys

NETWORKS = [
    "mobilenet_v2", "mobilenetv1_100", "mobilenetv3_large_100", "mnasnet_100", "fbnetc_100", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0",
    "squeezenet1_0", "squeezenet1_1", "mixnet_s", "mixnet_m", "mixnet_l", "efficientnet_b0", "efficientnet_b3", "resnet18", "resnet50",
    "resnet101",
]


def pytorch(name, way):
    """Three steps in this process; prints its largest resident set in kilobytes."""
    import torch
    torch.set_num_threads(2)
    torch.manual_seed(0)
    register = torch.library.register_fake

    def lenient(*arguments, **keywords):
        """Where torchvision was built for another torch, its detection operators are missing; they are not needed here."""
        def wrap(function):
            try:
                return register(*arguments, **keywords)(function)
            except RuntimeError:
                return function
        return wrap

    torch.library.register_fake = lenient
    import timm
    import torchvision
    if hasattr(torchvision.models, name):
        network = getattr(torchvision.models, name)(num_classes=5)
    else:
        network = timm.create_model(name, num_classes=5)
    network.train()
    pictures, labels = torch.randn(16, 3, 224, 224), torch.arange(16) % 5
    if way == "channels_last":
        network, pictures = network.to(memory_format=torch.channels_last), pictures.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    for _ in range(3):
        optimiser.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(network(pictures), labels).backward()
        optimiser.step()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aliquot", default=".build/release/aliquot")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--one", nargs=2, metavar=("NETWORK", "WAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return pytorch(*options.one)
    for name in options.networks.split(","):
        row = {"network": name}
        line = subprocess.run(
            [options.aliquot, "bench", "train", "--network", name, "--batch", "16", "--size", "224", "--threads", "2", "--repeats", "1"],
            check=True, capture_output=True, text=True).stdout
        row["aliquot_mb"] = round(json.loads(line.splitlines()[-1])["peak_resident_bytes"] / 1e6)
        for way in ["default", "channels_last"]:
            line = subprocess.run(
                [sys.executable, __file__, "--one", name, way], check=True, capture_output=True, text=True).stdout
            row[f"pytorch_{way}_mb"] = round(int(line.splitlines()[-1]) * 1024 / 1e6)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
