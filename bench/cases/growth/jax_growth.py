"""Gradient of a logistic regression with one predictor, by JAX."""

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
from serve import serve


def prepare(task):
    n = np.arange(task["rows"], dtype=float)
    x = np.sin(n)
    y = jnp.asarray((x + np.cos(3 * n) > 0).astype(float))
    x = jnp.asarray(x)

    @jax.jit
    def evaluate(q, x, y):
        def density(q):
            logits = q[0] + q[1] * x
            return -0.5 * jnp.sum(q**2) + jnp.sum(y * logits - jax.nn.softplus(logits))

        return jax.value_and_grad(density)(q)

    positions = [jnp.asarray([0.1, 0.2]), jnp.asarray([0.3, -0.1])]
    (first, _), (second, gradient) = (evaluate(position, x, y) for position in positions)

    def run(times):
        for i in range(times):
            value, _ = evaluate(positions[i & 1], x, y)
            value.block_until_ready()

    return [second - first, *gradient], run


serve(prepare)
