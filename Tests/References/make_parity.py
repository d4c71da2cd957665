#!/usr/bin/env python3
"""Makes a reference result for `aliquot parity`: one network in PyTorch, float64, as JSON of the form of ../shared/parity/NETWORK.json.

  make_parity.py mixnet_m --output /tmp/parity
  make_parity.py resnet18 --salt 7 --size 65 --classes 11 --batch 3 --output /tmp/parity

Needs torch, torchvision and timm (the set-up stands in the header of ../shared/bench/peers.py). Weights and input are filled by the formula of
../shared/parity/README.md, so a file holds results only (60 to 300 kB); the files are not part of the project.
"""
import argparse, json, os, zlib
import numpy, torch, torch.library

_register_fake = torch.library.register_fake


def _lenient(*arguments, **keywords):  # a torchvision built for another torch lacks its detection operators, which nobody needs here
    def wrap(function):
        try: return _register_fake(*arguments, **keywords)(function)
        except Exception: return function
    return wrap


torch.library.register_fake = _lenient
import torchvision, timm

TORCHVISION = {'resnet18', 'resnet50', 'resnet101', 'mobilenet_v2', 'squeezenet1_0', 'squeezenet1_1', 'shufflenet_v2_x1_0', 'shufflenet_v2_x0_5'}


def network(name, classes):
    if name in TORCHVISION: return getattr(torchvision.models, name)(num_classes=classes)
    if name == 'mobilenetv1_100': return timm.create_model(name, num_classes=classes, pad_type='same')
    return timm.create_model(name, num_classes=classes)


def fill(name, salt, shape):
    """Numbers between -1 and 1: SplitMix64 of the CRC-32 of the name."""
    count = int(numpy.prod(shape)) if shape else 1
    with numpy.errstate(over='ignore'):
        z = numpy.uint64(zlib.crc32((name + salt).encode())) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    return torch.from_numpy(2 * ((z >> numpy.uint64(11)).astype(numpy.float64) * 2.0 ** -53) - 1).reshape(shape)


def load(net, salt):
    state = net.state_dict()
    for name, tensor in state.items():
        if name.endswith('num_batches_tracked'): continue
        v = fill(name, salt, tuple(tensor.shape))
        if name.endswith('running_mean'): v = 0.1 * v
        elif name.endswith('running_var'): v = 1 + 0.5 * v
        elif tensor.dim() >= 2: v = v * (6 / numpy.prod(tensor.shape[1:])) ** 0.5
        elif name.endswith('weight'): v = 1 + 0.1 * v
        else: v = 0.1 * v
        tensor.copy_(v)


def results(name, salt, batch, size, classes, dtype, sgd):
    """Everything a file holds of one run in this precision."""
    net = network(name, classes).to(dtype)
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout): module.p = 0.0
    with torch.no_grad(): load(net, salt)
    x = fill('input', salt, (batch, 3, size, size)).to(dtype)
    labels = torch.arange(batch) % classes
    net.eval()
    with torch.no_grad(): evaluated = net(x)
    net.train()
    logits = net(x)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    buffers = [(n, b.detach().clone()) for n, b in net.named_buffers() if not n.endswith('num_batches_tracked')]
    gradients = [(n, p.grad.detach().clone()) for n, p in net.named_parameters()]
    torch.optim.SGD(net.parameters(), lr=sgd['lr'], momentum=sgd['momentum'], weight_decay=sgd['weight_decay'], nesterov=sgd['nesterov']).step()
    with torch.no_grad(): after = torch.nn.functional.cross_entropy(net(x), labels)
    norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    return dict(evaluated=evaluated, logits=logits.detach(), loss=loss.item(), gradients=gradients, buffers=buffers, after=after.item(), labels=labels, norms=norms)


def error(a, b): return (torch.linalg.vector_norm(a.double() - b) / torch.linalg.vector_norm(b)).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--salt', default='')
    parser.add_argument('--batch', type=int, default=4)
    parser.add_argument('--size', type=int, default=96)
    parser.add_argument('--classes', type=int, default=5)
    parser.add_argument('--output', default='.')
    a = parser.parse_args()
    sgd = dict(lr=0.01, momentum=0.9, weight_decay=1e-4, nesterov=True)
    exact = results(a.network, a.salt, a.batch, a.size, a.classes, torch.float64, sgd)
    single = results(a.network, a.salt, a.batch, a.size, a.classes, torch.float32, sgd)
    flat = lambda run: torch.cat([g.double().flatten() for _, g in run['gradients']])
    norms = lambda run: torch.stack([g.double().norm() for _, g in run['gradients']])
    share = (norms(single) - norms(exact)).abs() / norms(exact)
    worst = share[norms(exact) > 1e-6 * norms(exact).max()].max().item()
    first = lambda t: t.flatten()[:3].tolist()
    document = dict(
        architecture=a.network, source=('torchvision ' if a.network in TORCHVISION else 'timm ') + a.network, reference=f'PyTorch {torch.__version__} float64',
        salt=a.salt, input_shape=[a.batch, 3, a.size, a.size], classes=a.classes, labels=exact['labels'].tolist(),
        batch_norm=dict(count=len(exact['norms']), eps=sorted({m.eps for m in exact['norms']}), momentum=sorted({m.momentum for m in exact['norms']})),
        eval_logits=exact['evaluated'].tolist(), train_logits=exact['logits'].tolist(), train_loss=exact['loss'], loss_after_one_sgd_step=exact['after'], sgd=sgd,
        gradient_l2_total=flat(exact).norm().item(),
        pytorch_float32_error=dict(
            eval_logits=error(single['evaluated'], exact['evaluated']), train_logits=error(single['logits'], exact['logits']),
            gradient=error(flat(single), flat(exact)), gradient_l2_worst=worst),
        parameters=[dict(name=n, shape=list(g.shape), grad_l2=g.norm().item(), grad_sum=g.sum().item(), grad_first=first(g)) for n, g in exact['gradients']],
        buffers=[dict(name=n, shape=list(b.shape), after_l2=b.norm().item(), after_first=first(b)) for n, b in exact['buffers']])
    parts = [a.network] + ([f'salt{a.salt}'] if a.salt else []) + ([f'{a.size}px'] if a.size != 96 else []) + ([f'{a.classes}classes'] if a.classes != 5 else []) + ([f'batch{a.batch}'] if a.batch != 4 else [])
    os.makedirs(a.output, exist_ok=True)
    path = os.path.join(a.output, '-'.join(parts) + '.json')
    with open(path, 'w') as file: json.dump(document, file)
    print(path, document['train_loss'], document['loss_after_one_sgd_step'], document['pytorch_float32_error'])


if __name__ == '__main__': main()
