#!/usr/bin/env python3
"""Writes the small files of PyTorch that Tests/ModelFormatTests reads: Tests/References/pytorch/*.pth

  python3 -m venv v && v/bin/pip install 'torch==2.13.0+cpu' numpy
  v/bin/python Tests/References/make_pytorch_files.py

Every file is data of a few numbers. `system.pth` and `system_old.pth` hold a call of os.system that a careless reader would carry out ("touch
/tmp/aliquot-pickle-was-executed"): torch.load(…, weights_only=True) refuses them, and so must we.
"""
import collections, io, os, pathlib, zipfile
import torch

here = pathlib.Path(__file__).parent / 'pytorch'
here.mkdir(exist_ok=True)


def save(name, value, **options):
    torch.save(value, here / name, **options)


def tensors():
    """One tensor of each kind. `w` is 0…23 as [2, 3, 4]; the others are views of it or its numbers in another type."""
    w = torch.arange(24.0).reshape(2, 3, 4)
    return collections.OrderedDict(
        whole=w, permuted=w.permute(2, 0, 1), second=w[1], column=w[:, 1, 2], parameter=torch.nn.Parameter(w[0]),
        half=torch.tensor([1.5, -65504.0, 5.960464477539063e-08], dtype=torch.float16),
        brain=torch.tensor([1.5, -3.140625, 9.183549615799121e-41], dtype=torch.bfloat16),
        double=torch.tensor([0.1, -1e30, 2.0], dtype=torch.float64), long=torch.tensor([-3, 2**40]), byte=torch.tensor([0, 255], dtype=torch.uint8),
        channels_last=torch.arange(24.0).reshape(1, 3, 4, 2).contiguous(memory_format=torch.channels_last), scalar=torch.tensor(7.0),
        empty=torch.zeros(0, 3), num_batches_tracked=torch.tensor(5))


class Toy(torch.nn.Module):
    """The network of ToyNetwork.swift; parameter number i of n (in order, counters left out) is filled with (i + 1) + k / 100 for element k."""

    def __init__(self, classes=3):
        super().__init__()
        self.stem = torch.nn.ModuleDict({'conv': torch.nn.Conv2d(3, 4, 3, 2, 1, bias=False), 'bn': torch.nn.BatchNorm2d(4)})
        self.block = torch.nn.ModuleDict({'conv': torch.nn.Conv2d(4, 4, 3, 1, 1, groups=4, bias=False), 'bn': torch.nn.BatchNorm2d(4)})
        self.classifier = torch.nn.Linear(4, classes)
        number = 0
        for name, tensor in self.state_dict().items():
            if name.endswith('num_batches_tracked'): continue
            number += 1
            tensor.copy_(number + torch.arange(tensor.numel()).reshape(tensor.shape) / 100)


class System:
    def __reduce__(self): return (os.system, ('touch /tmp/aliquot-pickle-was-executed',))


def rewritten(source, target, change):
    """The archive again with each entry's bytes changed by `change(name, bytes)`; None leaves the entry out."""
    with zipfile.ZipFile(here / source) as old, zipfile.ZipFile(here / target, 'w') as new:
        for entry in old.infolist():
            data = change(entry.filename.split('/', 1)[1], old.read(entry))
            if data is not None: new.writestr(zipfile.ZipInfo(entry.filename), data)


save('kinds.pth', tensors())
save('kinds_old.pth', tensors(), _use_new_zipfile_serialization=False)
save('kinds_protocol_4.pth', tensors(), pickle_protocol=4)
save('kinds_old_protocol_4.pth', tensors(), pickle_protocol=4, _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
save('no_checksums.pth', tensors())
torch.serialization.set_crc32_options(True)

toy = Toy().state_dict()
save('toy.pth', toy)
save('toy_old.pth', toy, _use_new_zipfile_serialization=False)
save('toy_checkpoint.pth', {
    'epoch': 3, 'best': 0.5, 'arch': 'toy', 'note': None, 'done': True, 'big': 2**70, 'raw': b'a\xff', 'sizes': (1, [2, {'x': 3}]),
    'state_dict': collections.OrderedDict(('module.' + name, tensor.half()) for name, tensor in toy.items()),
    'optimizer': {'state': {0: {'step': torch.tensor(1.0)}}, 'param_groups': [{'lr': 1e-3, 'params': [0]}]}})
averaged = collections.OrderedDict((name, tensor + 1) for name, tensor in toy.items())
save('toy_averaged.pth', {'model': toy, 'state_dict_ema': averaged})
save('toy_five_classes.pth', Toy(5).state_dict())

# Every number of the archive in its 64-bit form, as files beyond 4 GiB have them
limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 0
rewritten('toy.pth', 'toy_zip64.pth', lambda name, data: data)
zipfile.ZIP64_LIMIT = limit

# What must be refused
save('system.pth', {'a': torch.ones(1), 'b': System()})
save('system_old.pth', {'a': torch.ones(1), 'b': System()}, _use_new_zipfile_serialization=False)
save('module.pth', torch.nn.Linear(1, 1))
save('no_tensors.pth', {'epoch': 3, 'list': [1, 2]})
save('just_a_tensor.pth', torch.ones(2))
save('expanded.pth', {'a': torch.ones(1).expand(1000, 1000)})
save('complex.pth', {'a': torch.ones(1, dtype=torch.complex64)})
recursive = {'a': torch.ones(1)}
recursive['self'] = recursive
recursive['state_dict'] = recursive
items = [1]
items.append(items)
recursive['items'] = items
save('recursive.pth', recursive)
with zipfile.ZipFile(here / 'toy.pth') as old, zipfile.ZipFile(here / 'deflated.pth', 'w', zipfile.ZIP_DEFLATED) as new:
    for entry in old.infolist(): new.writestr(entry.filename, old.read(entry))
rewritten('toy.pth', 'big_endian.pth', lambda name, data: b'big' if name == 'byteorder' else data)
rewritten('toy.pth', 'missing_storage.pth', lambda name, data: None if name == 'data/2' else data)
rewritten('toy.pth', 'short_storage.pth', lambda name, data: data[:-4] if name == 'data/2' else data)
for file in sorted(here.iterdir()): print(file.name, file.stat().st_size)
