#!/usr/bin/env python3
"""Makes gradcam.json: Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) of some networks by PyTorch's autograd in float64, for ExplanationTests.

  make_gradcam.py > gradcam.json

Needs torch, torchvision and timm (as make_parity.py, which it uses). Weights and input are filled by the formula of ../shared/parity/README.md with the networks'
running statistics as filled, so the file holds results only. The layer looked at is the last one that makes pictures before the classifier: timm's
`forward_features`, torchvision's `layer4`, `features` and `conv5`. Of the classes the one with the highest peak is taken, and one for which nothing on the picture
speaks, where there is one.
"""
import json, sys
import torch
import make_parity

NETWORKS = ['efficientnet_b0', 'fbnetc_100', 'mixnet_s', 'mnasnet_100', 'mobilenet_v2', 'mobilenetv1_100', 'mobilenetv3_large_100', 'resnet18', 'resnet50',
            'shufflenet_v2_x1_0', 'squeezenet1_0', 'squeezenet1_1']
TARGETS = dict(resnet18='layer4', resnet50='layer4', mobilenet_v2='features', squeezenet1_0='features', squeezenet1_1='features', shufflenet_v2_x1_0='conv5')
SALT, SIDE, CLASSES = '', 128, 5


def features_and_logits(net, name, x):
    if name not in TARGETS:
        a = net.forward_features(x)
        return a, net.forward_head(a)
    kept = []
    handle = getattr(net, TARGETS[name]).register_forward_hook(lambda module, inputs, output: kept.append(output))
    logits = net(x)
    handle.remove()
    return kept[0], logits


def explained(name):
    net = make_parity.network(name, CLASSES).double().eval()
    with torch.no_grad(): make_parity.load(net, SALT)
    a, logits = features_and_logits(net, name, make_parity.fill('input', SALT, (1, 3, SIDE, SIDE)))
    maps = []
    for c in range(CLASSES):
        gradient, = torch.autograd.grad(logits[0, c], a, retain_graph=True)
        alpha = gradient.mean(dim=(2, 3), keepdim=True)
        maps.append(torch.relu((alpha * a).sum(dim=1))[0].detach())
    order = sorted(range(CLASSES), key=lambda c: maps[c].max().item())
    chosen = sorted({order[-1], order[0]})
    return dict(network=name, layer=TARGETS.get(name, 'forward_features'), channels=a.shape[1], logits=logits[0].tolist(),
                maps=[dict(label=c, rows=maps[c].tolist()) for c in chosen])


def main():
    networks = [explained(name) for name in NETWORKS]
    json.dump(dict(reference=f'PyTorch {torch.__version__} float64', salt=SALT, side=SIDE, classes=CLASSES, networks=networks), sys.stdout)


if __name__ == '__main__': main()
