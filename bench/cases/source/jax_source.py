"""Eight schools by JAX from Python function to first gradient, every time with another constant."""

import json
from pathlib import Path

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from serve import serve


def prepare(task):
    data = json.loads(Path(task["data"]).read_text())
    y, sigma = jnp.asarray(data["y"], dtype=float), jnp.asarray(data["sigma"], dtype=float)
    position = jnp.asarray([0.1 * (i + 1) for i in range(10)])

    def first(scale):
        def density(q):
            mu, tau, z = q[0], jnp.exp(q[1]), q[2:]
            prior = -0.5 * (mu / scale) ** 2 - jnp.log1p((tau / 5) ** 2) + q[1] - 0.5 * jnp.sum(z**2)
            return prior - 0.5 * jnp.sum(((y - mu - tau * z) / sigma) ** 2)

        value, gradient = jax.jit(jax.value_and_grad(density))(position)
        value.block_until_ready()
        return gradient

    count = 0

    def run(times):
        nonlocal count
        for _ in range(times):
            count += 1
            first(5 + 1e-6 * count)

    return list(first(5.0)), run


serve(prepare)
