/** The programs of the language's tour, as far as this version has them. */
export const programs: Readonly<Record<string, string>> = {
  EightSchools: `/// Eight schools: partial pooling of coaching effects (Rubin 1981).
model EightSchools[J](sigma: Positive[J]) {
  mu  ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}
`,
  Mixture: `/// A mixture; the discrete z is summed out exactly because the compiler sees it can be.
model Mixture[N, K = 3] {
  w  ~ Dirichlet(ones(K))
  mu: Ordered[K] ~ Normal(0, 10)
  s: Positive[K] ~ HalfNormal(2)
  plate n in N {
    z[n] ~ Categorical(w)
    observe x[n] ~ Normal(mu[z[n]], s[z[n]])
  }
}
`,
  Hmm: `/// A hidden Markov model: \`for\` is an ordered axis; the chain of z is summed out by the forward algorithm.
model Hmm[T, K] {
  plate k in K { P[k] ~ Dirichlet(ones(K)); mu[k] ~ Normal(0, 10) }
  z[0] ~ Categorical(ones(K) / K)
  for t in 1..T { z[t] ~ Categorical(P[z[t-1]]) }
  plate t in T { observe y[t] ~ Normal(mu[z[t]], 1) }
}
`,
  LocalLevel: `/// A local-level state-space model.
model LocalLevel[T] {
  q ~ HalfNormal(1)
  r ~ HalfNormal(1)
  x[0] ~ Normal(0, 10)
  for t in 1..T { x[t] ~ Normal(x[t-1], q) }
  plate t in T { observe y[t] ~ Normal(x[t], r) }
}
`,
  Vae: `/// A variational autoencoder. \`learn\` declares parameters fitted by maximum likelihood.
net decoder[Z, D](z: Real[Z]) -> Real[D] = z |> dense(200) |> tanh |> dense(200) |> tanh |> dense(D)

model Vae[N, D = 784, Z = 50] {
  learn decode = decoder[Z, D]
  plate n in N {
    z[n]: Real[Z] ~ Normal(0, 1)
    observe x[n]: Bool[D] ~ Bernoulli(logits: decode(z[n]))
  }
}
`,
  Library: `net dense[I](x: Real[I], O: Size) -> Real[O] {
  learn W: Real[I, O] = glorot()
  learn b: Real[O] = zeros()
  x @ W + b
}

def logistic(x: Real, k: Positive): Unit = sigmoid(k * x)
`,
  Everything: `/// All that the grammar has.
/// Second line.
model Everything[N, T = 2 * N](u: Real(0, 1)[N], flag: Bool, v: Real?) {
  (m, s) = split(u)   // a comment
  if flag { a = 1 } else if N > 3 { a = 2 } else { a = 3 }
  plate i in 1..N - 1 { q[i]: Real[T, 2]? ~ Normal(0, 1) via noncentered marginal }
  for t in T { h[t] = -m[t] ^ 2 as Positive; k ~ Bernoulli(0.5) enumerate; j ~ Bernoulli(0.5) score }
  factor -sum(u) / 2e-3
  r = match k { 0 => a, 1 => [b for b in 2..T]
    _ => if flag then x[..3] else x[1.., 2] }
  w = if flag { 1 } else if !flag && true { 2 } else { 3 }
  c = (a == b || a != c) |> f(1, scale: 3) |> g
  /* over
     lines */ d = [[1, 2], [3, 4]] @ e
}
`,
  Mixtures2D: `/// MetaVAE section 5.2: every member is a two-component mixture with its own centres.
family Mixtures2D[N] {
  vary centre: Real[2, 2] ~ Uniform(-5, 5)            // the meta-distribution
  plate n in N {
    z[n] ~ Bernoulli(0.5)
    observe x[n]: Real[2] ~ Normal(centre[z[n]], sqrt(0.1))
  }
}
`,
  Regressions: `/// Structure may vary too: one trained inference network serves every combination.
family Regressions[N, P](X: Real[N, P]) {
  vary scale: Positive ~ LogNormal(0, 1)
  vary prior in { Normal(0, scale), StudentT(3, 0, scale), Laplace(0, scale) }
  vary noise in { gaussian, student }
  beta: Real[P] ~ prior
  sigma ~ HalfNormal(1)
  plate n in N {
    observe y[n] ~ match noise {
      gaussian => Normal(dot(X[n], beta), sigma)
      student  => StudentT(4, dot(X[n], beta), sigma)
    }
  }
}
`,
  SinesOrLines: `/// LEO section 4.1, the tasks: half of the members are sines, half are lines.
family SinesOrLines[K] {
  vary kind in { sine, line }
  vary amplitude ~ Uniform(0.1, 5)
  vary phase ~ Uniform(0, pi)
  vary slope ~ Uniform(-3, 3)
  vary intercept ~ Uniform(-3, 3)
  plate k in K {
    x[k] ~ Uniform(-5, 5)
    observe y[k] ~ match kind {
      sine => Normal(amplitude * sin(x[k] + phase), 0.3)
      line => Normal(slope * x[k] + intercept, 0.3)
    }
  }
}

/// What is fitted to each task: a whole network whose weights are the member's own.
family Regressor[K](x: Real[K]) {
  member learn f = mlp[1, 1](hidden: [40, 40])
  plate k in K { observe y[k] ~ Normal(f(x[k]), 0.3) }
}
`,
  Guide: `/// Optional: a hand-written guide.
guide for Vae {
  learn encode = mlp[D, 2 * Z](hidden: [200, 200])
  plate n in N {
    (m, s) = split(encode(x[n]))
    z[n] ~ Normal(m, softplus(s))
  }
}
`,
};
