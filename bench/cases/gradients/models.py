"""Log densities of the models in JAX, on the unconstrained scale, without constants that data and parameters leave alone.

Coordinates are in the order of the programs in the language; a positive number is exp(u), one between bounds a logistic of u.
"""

import jax
import jax.numpy as jnp
from jax.nn import log_sigmoid, sigmoid


def normal(x, mean, sd):
    return jnp.sum(-0.5 * ((x - mean) / sd) ** 2 - jnp.log(sd) * jnp.ones_like(x))


def half_cauchy(x, scale):
    return -jnp.log1p((x / scale) ** 2)


def eight_schools(q, d):
    mu, tau, z = q[0], jnp.exp(q[1]), q[2:]
    prior = normal(mu, 0.0, 5.0) + half_cauchy(tau, 5.0) + q[1] + normal(z, 0.0, 1.0)
    return prior + normal(d["y"], mu + tau * z, d["sigma"])


def kidscore_momiq(q, d):
    sigma = jnp.exp(q[2])
    return half_cauchy(sigma, 2.5) + q[2] + normal(d["kid_score"], q[0] + q[1] * d["mom_iq"], sigma)


def wells(q, d):
    logits = q[0] + q[1] * d["dist100"]
    return jnp.sum(d["switched"] * logits - jax.nn.softplus(logits))


def low_dim_gauss_mix(q, d):
    mu = jnp.stack([q[0], q[0] + jnp.exp(q[1])])
    sigma = jnp.exp(q[2:4])
    first, second = log_sigmoid(q[4]), log_sigmoid(-q[4])
    prior = normal(mu, 0.0, 2.0) + q[1] + normal(sigma, 0.0, 2.0) + q[2] + q[3] + 5 * first + 5 * second
    each = -0.5 * ((d["y"][:, None] - mu) / sigma) ** 2 - jnp.log(sigma)
    return prior + jnp.sum(jnp.logaddexp(first + each[:, 0], second + each[:, 1]))


def ark(q, d):
    alpha, beta, sigma = q[0], q[1:6], jnp.exp(q[6])
    prior = normal(alpha, 0.0, 10.0) + normal(beta, 0.0, 10.0) + half_cauchy(sigma, 2.5) + q[6]
    return prior + normal(d["y"][5:], alpha + d["lagged"] @ beta, sigma)


def radon(q, d):
    mu_alpha, sigma_alpha, beta, sigma_y, z = q[0], jnp.exp(q[1]), q[2:4], jnp.exp(q[4]), q[5:]
    prior = normal(mu_alpha, 0.0, 10.0) + normal(beta, 0.0, 10.0) + normal(z, 0.0, 1.0)
    prior += normal(sigma_alpha, 0.0, 1.0) + q[1] + normal(sigma_y, 0.0, 1.0) + q[4]
    alpha = mu_alpha + sigma_alpha * z
    mean = alpha[d["county_idx"] - 1] + beta[0] * d["log_uppm"] + beta[1] * d["floor_measure"]
    return prior + normal(d["log_radon"], mean, sigma_y)


def garch11(q, d):
    mu, alpha0, alpha1 = q[0], jnp.exp(q[1]), sigmoid(q[2])
    beta1 = (1 - alpha1) * sigmoid(q[3])
    jacobian = q[1] + log_sigmoid(q[2]) + log_sigmoid(-q[2])
    jacobian += jnp.log1p(-alpha1) + log_sigmoid(q[3]) + log_sigmoid(-q[3])
    y = d["y"]

    def step(square, y_before):
        square = alpha0 + alpha1 * (y_before - mu) ** 2 + beta1 * square
        return square, square

    _, squares = jax.lax.scan(step, d["sigma1"] ** 2, y[:-1])
    sd = jnp.sqrt(jnp.concatenate([jnp.reshape(d["sigma1"] ** 2, (1,)), squares]))
    return jacobian + normal(y, mu, sd)


def diamonds(q, d):
    b, intercept, sigma = q[:24], q[24], jnp.exp(q[25])
    prior = normal(b, 0.0, 1.0) - 2 * jnp.log1p(((intercept - 8) / 10) ** 2 / 3)
    prior += -2 * jnp.log1p((sigma / 10) ** 2 / 3) + q[25]
    return prior + normal(d["Y"], intercept + d["X"] @ b, sigma)


def nes(q, d):
    beta, sigma = q[:9], jnp.exp(q[9])
    return q[9] + normal(d["partyid7"], d["design"] @ beta, sigma)


MODELS = {
    "eight_schools": eight_schools,
    "kidscore_momiq": kidscore_momiq,
    "wells": wells,
    "low_dim_gauss_mix": low_dim_gauss_mix,
    "arK": ark,
    "radon": radon,
    "garch11": garch11,
    "diamonds": diamonds,
    "nes": nes,
}


def load(data):
    """Numbers as the models take them, with columns that follow from the data made once."""
    d = {name: jnp.asarray(value) for name, value in data.items()}
    if "K" in data and "T" in data:
        y, order = d["y"], data["K"]
        d["lagged"] = jnp.stack([y[order - 1 - k : -1 - k] for k in range(order)], axis=1)
    if "age_discrete" in data:
        old = [d["age_discrete"] == age for age in (2, 3, 4)]
        columns = [jnp.ones(data["N"]), d["real_ideo"], d["race_adj"], *old, d["educ1"], d["gender"], d["income"]]
        d["design"] = jnp.stack([column.astype(float) for column in columns], axis=1)
    if "dist" in data:
        d["dist100"] = d["dist"] / 100
    return d
