"""Adam steps of the variational autoencoder by JAX: the whole step jitted, its memory handed on."""

import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp

sys.path.insert(0, str(Path(__file__).parent))
from network import objective, read
from serve import serve


def prepare(task):
    images, noise, weights = read(task)
    images, noise = jnp.asarray(images), jnp.asarray(noise)
    weights = [jnp.asarray(weight) for weight in weights]
    rate = task["rate"]

    @partial(jax.jit, donate_argnums=(0,))
    def step(state):
        weights, first, second, count = state
        functions = (jnp.tanh, jax.nn.softplus, jax.lax.stop_gradient, jnp.log)
        value, slopes = jax.value_and_grad(lambda w: objective(w, images, noise, *functions))(weights)
        count = count + 1
        first = [0.9 * m + 0.1 * g for m, g in zip(first, slopes)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(second, slopes)]
        a, b = 1 / (1 - 0.9**count), 1 / (1 - 0.999**count)
        weights = [w + rate * m * a / (jnp.sqrt(v * b) + 1e-8) for w, m, v in zip(weights, first, second)]
        return (weights, first, second, count), value

    state = (weights, [jnp.zeros_like(w) for w in weights], [jnp.zeros_like(w) for w in weights], jnp.float32(0))
    values = []
    for _ in range(3):
        state, value = step(state)
        values.append(value)

    def run(times):
        nonlocal state
        for _ in range(times):
            state, value = step(state)
        jax.block_until_ready(state)

    return values, run


serve(prepare)
