"""Adam steps of the variational autoencoder by PyTorch, eager or with the objective compiled; the fused optimizer."""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from network import objective, read
from serve import serve


def prepare(task):
    images, noise, weights = read(task)
    images, noise = torch.from_numpy(images), torch.from_numpy(noise)
    weights = [torch.from_numpy(weight).requires_grad_() for weight in weights]
    optimizer = torch.optim.Adam(weights, lr=task["rate"], fused=True)
    functions = (torch.tanh, torch.nn.functional.softplus, torch.Tensor.detach, torch.log)

    def loss():
        return -objective(weights, images, noise, *functions)

    if task["compile"]:
        loss = torch.compile(loss)

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimizer.step()
        return value

    values = [-step().item() for _ in range(3)]

    def run(times):
        for _ in range(times):
            step()

    return values, run


serve(prepare)
