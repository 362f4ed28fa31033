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
  for t in T { h[t] = -m[t] ^ 2 as Positive; k ~ Bernoulli(0.5) enumerate }
  factor -sum(u) / 2e-3
  r = match k { 0 => a, 1 => [b for b in 2..T]
    _ => if flag then x[..3] else x[1.., 2] }
  w = if flag { 1 } else if !flag && true { 2 } else { 3 }
  c = (a == b || a != c) |> f(1, scale: 3) |> g
  /* over
     lines */ d = [[1, 2], [3, 4]] @ e
}
`,
};
