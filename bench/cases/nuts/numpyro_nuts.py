"""NUTS by NumPyro: four chains one after the other, or as one vectorised program."""

import json
import time
from pathlib import Path

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS
from serve import serve


def eight_schools(y, sigma):
    mu = numpyro.sample("mu", dist.Normal(0, 5))
    tau = numpyro.sample("tau", dist.HalfCauchy(5))
    with numpyro.plate("J", len(y)):
        z = numpyro.sample("z", dist.Normal(0, 1))
        theta = numpyro.deterministic("theta", mu + tau * z)
        numpyro.sample("y", dist.Normal(theta, sigma), obs=y)


def prepare(task):
    data = json.loads(Path(task["data"]).read_text())
    y, sigma = jnp.asarray(data["y"], dtype=float), jnp.asarray(data["sigma"], dtype=float)
    mcmc = MCMC(
        NUTS(eight_schools),
        num_warmup=task["warmup"],
        num_samples=task["draws"],
        num_chains=task["chains"],
        chain_method=task["method"],
        progress_bar=False,
    )
    seed = 0

    def run(times):
        nonlocal seed
        total = sampling = 0.0
        for _ in range(times):
            seed += 1
            first, second = jax.random.split(jax.random.PRNGKey(seed))
            start = time.perf_counter()
            mcmc.warmup(first, y, sigma)
            jax.block_until_ready(mcmc.post_warmup_state)
            middle = time.perf_counter()
            mcmc.run(second, y, sigma)
            draws = {name: np.asarray(value) for name, value in mcmc.get_samples(group_by_chain=True).items()}
            end = time.perf_counter()
            mcmc.post_warmup_state = None
            total += end - start
            sampling += end - middle
        columns = [draws["mu"][..., None], draws["tau"][..., None], draws["theta"]]
        np.concatenate(columns, axis=-1).astype("<f8").tofile(task["file"])
        return {"seconds": total, "sampling": sampling / times}

    return [], run


serve(prepare)
