"""The variational autoencoder of `vae.ts`, for a library given by its functions; weights in the order of our compiler."""

import numpy as np


def read(task):
    batch, hidden = task["batch"], task["hidden"]
    images = np.fromfile(task["images"], "<f4").reshape(batch, 784)
    noise = np.fromfile(task["noise"], "<f4").reshape(batch, 20)
    flat = np.fromfile(task["parameters"], "<f4")
    weights, at = [], 0
    for each in task["shapes"]:
        length = int(np.prod(each["shape"]))
        weights.append(flat[at : at + length].reshape(each["shape"]).copy())
        at += length
    return images, noise, weights


def objective(weights, images, noise, tanh, softplus, stop, log):
    """Mean ELBO with the path derivative of the guide."""
    d1, c1, d2, c2, e1, b1, md, bd, mh, bh, sh, bs = weights
    features = (images - 0.5) / 0.5
    hidden = tanh(features @ e1 + b1)
    mean = features @ md + bd + hidden @ mh + bh
    scale = softplus(hidden @ sh + bs + float(np.log(np.e - 1)))
    z = mean + scale * noise
    standard = (z - stop(mean)) / stop(scale)
    half = 0.5 * float(np.log(2 * np.pi))
    log_guide = (-0.5 * standard**2 - log(stop(scale)) - half).sum(1)
    logits = tanh(z @ d1 + c1) @ d2 + c2
    likelihood = (images * logits - softplus(logits)).sum(1)
    prior = (-0.5 * z**2 - half).sum(1)
    return (likelihood + prior - log_guide).mean()
