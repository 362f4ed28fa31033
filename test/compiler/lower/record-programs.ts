/** Programs that hold discrete variables in tuples and records, each with the same program written without them. */
import { program, type SampleProgram } from "./programs.ts";

export interface RecordProgram {
  readonly items: SampleProgram;
  readonly plain: SampleProgram;
}

const pair = `def pair(a: Real, b: Real) {
  both = (first: a, rest: (b, a + b))
  both
}
def second(a: Real, b: Real) = pair(a, b).rest
`;

function both(
  name: string,
  sizes: SampleProgram["sizes"],
  items: string,
  plain: string,
  inputs = "",
): RecordProgram {
  return {
    items: program(name, sizes, items, inputs, {}, pair),
    plain: program(`${name}, without`, sizes, plain, inputs),
  };
}

export const recordPrograms: readonly RecordProgram[] = [
  both(
    "bounds from a field beside a discrete one",
    { N: 3 },
    `a ~ Normal(0, 1)
    z ~ Bernoulli(0.3)
    m = (first: if z then 1 else 0, second: exp(a))
    x: Real(0, m.second) ~ Uniform(0, m.second)
    plate n in N { observe y[n] ~ Normal(m.first + x, 1) }`,
    `a ~ Normal(0, 1)
    z ~ Bernoulli(0.3)
    first = if z then 1 else 0
    second = exp(a)
    x: Real(0, second) ~ Uniform(0, second)
    plate n in N { observe y[n] ~ Normal(first + x, 1) }`,
  ),
  both(
    "an array of one field is used as a whole",
    { N: 3 },
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Categorical([0.2, 0.5, 0.3])
      m = (first: (z[n], a), second: tanh(a) + u[n])
      s[n] = m.second
      (k, b) = m.first
      observe y[n] ~ Normal(k + b, 1)
    }
    factor -sum(square(s))`,
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Categorical([0.2, 0.5, 0.3])
      s[n] = tanh(a) + u[n]
      observe y[n] ~ Normal(z[n] + a, 1)
    }
    factor -sum(square(s))`,
    "(u: Real[N])",
  ),
  both(
    "a function's record, whose items need different arguments",
    { N: 2 },
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Bernoulli(0.4)
      m = pair(if z[n] then 1 else -1, sin(a))
      (b, c) = m.rest
      (d, e) = second(if z[n] then 2 else 0, a)
      s[n] = b * d
      observe y[n] ~ Normal(m.first + c, exp(e))
    }
    factor -sum(s)`,
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Bernoulli(0.4)
      first = if z[n] then 1 else -1
      other = if z[n] then 2 else 0
      s[n] = sin(a) * a
      observe y[n] ~ Normal(first + (first + sin(a)), exp(other + a))
    }
    factor -sum(s)`,
  ),
  both(
    "branches that give records",
    { N: 3 },
    `a ~ Normal(0, 1)
    z ~ Bernoulli(0.3)
    first = if z then 1 else 0
    m = if a > 0 then (first: first, rest: (2, a)) else (first: a, rest: (square(a), first))
    (b, c) = m.rest
    plate n in N { s[n] = b * u[n] }
    x ~ Normal(mean(s), 1) via noncentered
    plate n in N { observe y[n] ~ Normal(m.first + c * x, 1) }`,
    `a ~ Normal(0, 1)
    z ~ Bernoulli(0.3)
    first = if z then 1 else 0
    mfirst = if a > 0 then first else a
    b = if a > 0 then 2 else square(a)
    c = if a > 0 then a else first
    plate n in N { s[n] = b * u[n] }
    x ~ Normal(mean(s), 1) via noncentered
    plate n in N { observe y[n] ~ Normal(mfirst + c * x, 1) }`,
    "(u: Real[N])",
  ),
  both(
    "a record for each category",
    { N: 3 },
    `a ~ Normal(0, 1)
    b ~ HalfNormal(1)
    plate n in N {
      z[n] ~ Categorical([0.2, 0.5, 0.3])
      k = match z[n] { 0 => (loc: a, scale: b), 1 => (loc: -1, scale: 1), _ => (loc: 2, scale: b + 1) }
      observe y[n] ~ Normal(k.loc, k.scale)
    }`,
    `a ~ Normal(0, 1)
    b ~ HalfNormal(1)
    plate n in N {
      z[n] ~ Categorical([0.2, 0.5, 0.3])
      loc = match z[n] { 0 => a, 1 => -1, _ => 2 }
      scale = match z[n] { 0 => b, 1 => 1, _ => b + 1 }
      observe y[n] ~ Normal(loc, scale)
    }`,
  ),
  both(
    "a recursion beside a hidden chain",
    { T: 4 },
    `a ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    h[0] = a
    for t in 1..T {
      z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2)
      m = pair(if z[t] then 1 else 0, 0.5 * h[t-1] + u[t])
      (next, sum) = m.rest
      h[t] = next
      observe y[t] ~ Normal(sum, 1)
    }`,
    `a ~ Normal(0, 1)
    z[0] ~ Bernoulli(0.5)
    h[0] = a
    for t in 1..T {
      z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.2)
      h[t] = 0.5 * h[t-1] + u[t]
      observe y[t] ~ Normal((if z[t] then 1 else 0) + (0.5 * h[t-1] + u[t]), 1)
    }`,
    "(u: Real[T])",
  ),
  both(
    "records in plates inside each other",
    { N: 2, J: 2 },
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Bernoulli(0.4)
      m = (kind: z[n], pull: a * u[n])
      plate j in J {
        c[n, j] ~ Bernoulli(if m.kind then 0.7 else 0.1)
        k = (up: (if c[n, j] then 1 else 0, m.pull), down: exp(m.pull))
        (up, pull) = k.up
        s[n, j] = pull * k.down
        observe y[n, j] ~ Normal(up, 1)
      }
    }
    factor -sum([sum(square(s[n])) for n in N])`,
    `a ~ Normal(0, 1)
    plate n in N {
      z[n] ~ Bernoulli(0.4)
      plate j in J {
        c[n, j] ~ Bernoulli(if z[n] then 0.7 else 0.1)
        s[n, j] = (a * u[n]) * exp(a * u[n])
        observe y[n, j] ~ Normal(if c[n, j] then 1 else 0, 1)
      }
    }
    factor -sum([sum(square(s[n])) for n in N])`,
    "(u: Real[N])",
  ),
];
