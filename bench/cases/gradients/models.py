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
    return prior + normal(d["Y"], intercept + d["centred"] @ b, sigma)


def nes(q, d):
    beta, sigma = q[:9], jnp.exp(q[9])
    return q[9] + normal(d["partyid7"], d["design"] @ beta, sigma)


def gp_regr(q, d):
    rho, alpha, sigma = jnp.exp(q)
    x, y = d["x"], d["y"]
    covariance = alpha**2 * jnp.exp(-0.5 * (x[:, None] - x) ** 2 / rho**2) + sigma * jnp.eye(len(x))
    factor = jnp.linalg.cholesky(covariance)
    white = jax.scipy.linalg.solve_triangular(factor, y, lower=True)
    prior = 25 * q[0] - 4 * rho + q[1] + q[2] - alpha**2 / 8 - sigma**2 / 2
    return prior - 0.5 * jnp.sum(white**2) - jnp.sum(jnp.log(jnp.diag(factor)))


def hmm_example(q, d):
    logs = jnp.stack([log_sigmoid(q[:2]), log_sigmoid(-q[:2])], axis=1)
    mu = jnp.stack([jnp.exp(q[2]), jnp.exp(q[2]) + jnp.exp(q[3])])
    emission = -0.5 * (d["y"][:, None] - mu) ** 2

    def step(state, row):
        return jax.nn.logsumexp(state[:, None] + logs, axis=0) + row, None

    last, _ = jax.lax.scan(step, emission[0], emission[1:])
    prior = jnp.sum(logs) - 0.5 * (mu[0] - 3) ** 2 - 0.5 * (mu[1] - 10) ** 2 + q[2] + q[3]
    return prior + jax.nn.logsumexp(last)


def lotka_volterra(q, d):
    a, b, g, dd = jnp.exp(q[:4])
    h = 1 / 20

    def slope(z):
        return jnp.stack([(a - b * z[1]) * z[0], (-g + dd * z[0]) * z[1]])

    def step(z, _):
        k1 = slope(z)
        k2 = slope(z + h / 2 * k1)
        k3 = slope(z + h / 2 * k2)
        k4 = slope(z + h * k3)
        return z + h / 6 * (k1 + 2 * (k2 + k3) + k4), None

    def year(z, _):
        z, _ = jax.lax.scan(step, z, None, length=20)
        return z, z

    sd, start = jnp.exp(q[4:6]), jnp.exp(q[6:])
    _, path = jax.lax.scan(year, start, None, length=len(d["y"]))
    path = jnp.log(jnp.concatenate([start[None], path]))
    seen = jnp.log(jnp.concatenate([d["y_init"][None], d["y"]]))
    rates = jnp.stack([a, g]), jnp.stack([b, dd])
    prior = -0.5 * jnp.sum(((rates[0] - 1) / 0.5) ** 2) - 0.5 * jnp.sum(((rates[1] - 0.05) / 0.05) ** 2)
    prior += jnp.sum(q[:4]) - 0.5 * jnp.sum((q[4:6] + 1) ** 2) - 0.5 * jnp.sum((q[6:] - jnp.log(10.0)) ** 2)
    return prior + normal(seen, path, sd)


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
    "gp_regr": gp_regr,
    "hmm_example": hmm_example,
    "lotka_volterra": lotka_volterra,
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
    if "X" in data:
        columns = d["X"][:, 1:]
        d["centred"] = columns - columns.mean(axis=0)
    if "dist" in data:
        d["dist100"] = d["dist"] / 100
    return d
