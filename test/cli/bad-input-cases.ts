/** What users get wrong: one golden file each under `test/golden/bad-input/`. */

export interface BadInput {
  /** File names start with "./". */
  readonly args: readonly string[];
  /** The text "folder" makes a folder of that name. */
  readonly files: Readonly<Record<string, string | Uint8Array | TrainedFile>>;
}

/** What is done to the file of a model trained on items of width 3. */
export type TrainedFile = (bytes: Uint8Array) => Uint8Array;

const schools = `model EightSchools[J](sigma: Positive[J]) {
  mu  ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}
`;

const schoolsData = `{
  "y": [28, 8, -3, 7, -1, 1, 18, 12],
  "sigma": [15, 10, 16, 11, 9, 11, 10, 18]
}
`;

const mean = `model Mean[N] {
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`;

const few = '{ "y": [3, 4.5, 2.5] }\n';

const family = `family Means[N] {
  vary m ~ Normal(0, 1)
  mu ~ Normal(m, 1)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`;

const decay = `def decay(y: Real, t: Real, k: Real): Real = -k * y

model Decay[T](ts: Real[T]) {
  k ~ HalfNormal(1)
  z = ode(decay, 1, ts, k, start: 0)
  plate t in T { observe y[t] ~ Normal(z[t], 1) }
}
`;

const varying = `model Varying[N, G](group: Int[N]) {
  mu ~ Normal(0, 1)
  plate g in G { a[g] ~ Normal(mu, 1) }
  plate n in N { observe y[n] ~ Normal(a[group[n]], 1) }
}
`;

const walk = `model Walk[T] {
  x[0] ~ Normal(0, 1)
  for t in 1..T { x[t] ~ Normal(x[t-1], 1) }
  plate t in T { observe y[t] ~ Normal(x[t], 1) }
}
`;

const regression = `model Regression[N, P](X: Real[N, P]) {
  beta: Real[P] ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(dot(X[n], beta), 1) }
}
`;

/** Eight schools with a file of values to start from. */
function start(text: string): BadInput {
  return {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--init", "./start.json"],
    files: { "model.ppl": schools, "data.json": schoolsData, "start.json": `${text}\n` },
  };
}

function model(text: string): BadInput {
  return {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--out", "./draws.json"],
    files: { "model.ppl": text, "data.json": few },
  };
}

function json(program: string, text: string): BadInput {
  return {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--out", "./draws.json"],
    files: { "model.ppl": program, "data.json": text },
  };
}

function csv(program: string, text: string): BadInput {
  return {
    args: ["infer", "./model.ppl", "--data", "./data.csv", "--out", "./draws.json"],
    files: { "model.ppl": program, "data.csv": text },
  };
}

/** What training wrote, or what became of it. */
function artifact(
  dataFile: string,
  data: string,
  content: string | TrainedFile = (bytes) => bytes,
): BadInput {
  return {
    args: ["infer", "./model.pplx", "--data", `./${dataFile}`, "--out", "./draws.json"],
    files: { "model.pplx": content, [dataFile]: data },
  };
}

/** The call is wrong; model and data are good. */
function call(...args: string[]): BadInput {
  return { args, files: { "model.ppl": schools, "data.json": schoolsData } };
}

const infer = ["infer", "./model.ppl", "--data", "./data.json"] as const;

export const badInputs: Readonly<Record<string, BadInput>> = {
  // Models
  "syntax-error-and-more": model(`model Mean[N] {
  mu ~ Normal(0, 5
  tau ~ HalfNormal(1)
  plate n in N { observe y[n] ~ Normal(muu, tau) }
}

model Other[N] {
  a ~ Norml(0, 1)
  plate n in N { observe y[n] ~ Normal(a, 1) }
}
`),
  "unknown-name": model(mean.replace("Normal(mu, 1)", "Normal(muu, 1)")),
  "unknown-distribution": model(mean.replace("Normal(0, 1)", "Nromal(0, 1)")),
  "sizes-disagree": model(`model Line[N, P](X: Real[N, P]) {
  beta: Real[N] ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(dot(X[n], beta), 1) }
}
`),
  "scale-may-be-negative": model(`model Mean[N] {
  mu ~ Normal(0, 1)
  s ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu, s) }
}
`),
  "constant-index-outside": model(`model Three[N] {
  a: Real[3] ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(a[3], 1) }
}
`),
  "look-ahead": model(`model Walk[T] {
  x[0] ~ Normal(0, 1)
  for t in 1..T { x[t] ~ Normal(x[t+1], 1) }
  plate t in T { observe y[t] ~ Normal(x[t], 1) }
}
`),
  "empty-model-file": model(""),
  "only-comments": model("/// Nothing yet.\n// A model will stand here.\n"),
  "deep-parentheses": model(
    mean.replace("Normal(0, 1)", `Normal(${"(".repeat(5000)}0${")".repeat(5000)}, 1)`),
  ),
  "unclosed-parentheses": model(mean.replace("Normal(0, 1)", `Normal(${"(".repeat(5000)}0, 1)`)),
  "binary-model": {
    args: [...infer, "--out", "./draws.json"],
    files: {
      "model.ppl": Uint8Array.from({ length: 300 }, (_, i) => (i * 89 + 137) % 256),
      "data.json": few,
    },
  },
  "control-characters": model("model\u0000 Mean {\u0007\u001b[31m mu ~ Normal(0, 1) }\n"),
  "model-is-a-folder": { args: [...infer], files: { "model.ppl": "folder", "data.json": few } },
  "model-is-missing": { args: ["infer", "./schols.ppl"], files: { "schools.ppl": schools } },
  "several-models": model(`${mean}\n${mean.replace("Mean", "Other")}`),
  "unknown-model": {
    args: [...infer, "--model", "Maen"],
    files: { "model.ppl": `${mean}\n${mean.replace("Mean", "Other")}`, "data.json": few },
  },
  "no-model": model("def double(x: Real): Real = 2 * x\n"),
  "nothing-latent": model("model Known[N] {\n  plate n in N { observe y[n] ~ Normal(0, 1) }\n}\n"),
  "nowhere-finite": model(`model Nowhere[N] {
  mu ~ Normal(0, 1)
  factor(log(0) + 0 * mu)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`),

  // Data
  "data-no-data": { args: ["infer", "./model.ppl"], files: { "model.ppl": schools } },
  "data-wrong-shape": json(schools, '{ "y": [[28, 8], [-3, 7]], "sigma": [15, 10] }\n'),
  "data-string": json(schools, '{ "y": [28, 8, "seven"], "sigma": [15, 10, 16] }\n'),
  "data-fraction-for-int": json(varying, '{ "G": 3, "group": [0, 1, 2.5], "y": [1, 2, 3] }\n'),
  "data-missing-key": json(schools, '{ "y": [28, 8, -3] }\n'),
  "data-missing-file": {
    args: ["infer", "./model.ppl", "--data", "./nowhere/data.json"],
    files: { "model.ppl": schools },
  },
  "data-nan-in-csv": csv(schools, "y,sigma\n28,15\nNaN,10\n-3,16\n"),
  "missing-value-needed": json(
    `model Survey[N] {
  effect ~ Normal(0, 1)
  plate n in N {
    observe children[n]: Nat? ~ Poisson(2)
    observe rooms[n] ~ Normal(2 + effect * children[n], 1)
  }
}
`,
    '{ "children": [1, null, 3], "rooms": [2, 3, 5] }\n',
  ),
  "missing-value-used-whole": json(
    `model Votes[N] {
  effect ~ Normal(0, 1)
  plate n in N { observe present[n]: Bool? ~ Bernoulli(0.8) }
  share = mean([if present[n] then 1 else 0 for n in N])
  observe outcome ~ Normal(effect * share, 1)
}
`,
    '{ "present": [1, 0, null], "outcome": 2 }\n',
  ),
  "missing-value-undrawn": json(
    `model Walk[T] {
  drift ~ Normal(0, 1)
  for t in 1..T { observe y[t]: Real? ~ Normal(y[t-1] + drift, 1) }
}
`,
    '{ "y": [null, 2.5, null, 4] }\n',
  ),
  "data-null-in-json": json(schools, '{ "y": [28, null, -3], "sigma": [15, 10, 16] }\n'),
  "data-outside-support": csv(schools, "school,y,sigma\nA,28,15\nB,8,10\nC,-3,-16\n"),
  "data-sizes-contradict": json(
    schools,
    '{ "sigma": [15, 10, 16, 11, 9, 11, 10, 18], "y": [28, 8, -3, 7, -1, 1, 18] }\n',
  ),
  "data-unknown-key": json(schools, '{ "y": [28, 8], "sigma": [15, 10], "sgima": 3 }\n'),
  "data-misspelt-key": json(schools, '{ "y": [28, 8], "sgima": [15, 10] }\n'),
  "data-numbered-columns": csv(regression, "x1,x2,X1,X2,y\n0,0,1,2,3\n1,1,2,3,4\n"),
  "data-text-categories": csv(varying, "group,y\nmale,2\nfemale,3\nmale,3\n"),
  "data-ragged-csv": csv(schools, "y,sigma\n28,15\n8\n-3,16\n"),
  "data-decimal-commas": csv(mean, "y\n1,5\n2,5\n"),
  "data-semicolons": csv(schools, "y;sigma\n28;15\n8;10\n"),
  "data-duplicate-column": csv(schools, "y,sigma,y\n28,15,1\n8,10,2\n"),
  "data-empty-csv": csv(schools, ""),
  "data-header-only": csv(schools, "y,sigma\n"),
  "data-empty-json": json(schools, ""),
  "data-json-syntax": json(schools, '{ "y": [28, 8,],\n  "sigma": [15, 10] }\n'),
  "data-json-not-an-object": json(schools, "[28, 8]\n"),
  "data-empty-array": json(schools, '{ "y": [], "sigma": [] }\n'),
  "data-unknown-format": {
    args: ["infer", "./model.ppl", "--data", "./data.xlsx"],
    files: { "model.ppl": schools, "data.xlsx": "" },
  },
  "data-is-a-folder": {
    args: ["infer", "./model.ppl", "--data", "./folder.json"],
    files: { "model.ppl": schools, "folder.json": "folder" },
  },
  "data-times-go-back": json(decay, '{ "ts": [0, 1, 0.5], "y": [1, 2, 3] }\n'),
  "data-times-before-start": json(decay, '{ "ts": [-1, 0, 1], "y": [1, 2, 3] }\n'),
  "data-index-from-one": json(varying, '{ "G": 3, "group": [1, 2, 3], "y": [1, 2, 3] }\n'),
  "data-index-outside": json(varying, '{ "G": 3, "group": [0, 7, 2], "y": [1, 2, 3] }\n'),
  "data-series-too-short": json(
    `model Smooth[T] {
  s ~ HalfNormal(1)
  for t in 0..2 { observe y[t] ~ Normal(0, s) }
  for t in 2..T { observe y[t] ~ Normal(2 * y[t-1] - y[t-2], s) }
}
`,
    '{ "y": [1] }\n',
  ),
  "data-index-negative": json(varying, '{ "G": 3, "group": [0, -1, 2], "y": [1, 2, 3] }\n'),
  "data-gives-a-latent": json(mean, '{ "y": [1, 2], "mu": 0 }\n'),
  "data-size-unknown": json(varying, '{ "group": [0, 1, 2], "y": [1, 2, 3] }\n'),
  "data-size-of-categories": json(
    "model Words[N, V] {\n  p ~ Dirichlet(ones(V))\n  plate n in N { observe w[n] ~ Categorical(p) }\n}\n",
    '{ "w": [0, 4, 2] }\n',
  ),
  "data-several-faults": json(schools, '{ "y": [28, null], "sigma": [15, -10, 3], "tua": 1 }\n'),

  // Trained models
  "artifact-garbage": artifact("data.json", few, "no trained model at all"),
  "artifact-empty": artifact("data.json", few, ""),
  "artifact-truncated": artifact("data.json", few, (bytes) => bytes.slice(0, bytes.length / 2)),
  "artifact-bit-flipped": artifact("data.json", few, (bytes) =>
    bytes.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
  ),
  "artifact-newer": artifact("data.json", few, (bytes) => bytes.map((byte, i) => (i === 4 ? 9 : byte))),
  "artifact-missing": {
    args: ["infer", "./modl.pplx", "--data", "./data.json"],
    files: { "model.pplx": "", "data.json": few },
  },
  "artifact-is-a-folder": {
    args: ["infer", "./model.pplx", "--data", "./data.json"],
    files: { "model.pplx": "folder", "data.json": few },
  },
  "artifact-other-width": artifact("data.json", '{ "x": [[1, 2], [3, 4]] }\n'),
  "artifact-other-width-csv": artifact("data.csv", "x[0],x[1]\n1,2\n3,4\n"),

  // Calls
  "no-command": call(),
  "unknown-command": call("infre", "./model.ppl"),
  "no-file": call("infer"),
  "unknown-option": call(...infer, "--chain", "2"),
  "zero-chains": call(...infer, "--chains", "0"),
  "negative-draws": call(...infer, "--draws", "-5"),
  "seed-not-a-number": call(...infer, "--seed", "x"),
  "option-without-value": call(...infer, "--out"),
  "extra-argument": call(...infer, "./other.ppl"),
  "unknown-strategy": call(...infer, "--strategy", "hmc"),
  "unknown-engine": call(...infer, "--engine", "tfsj:cpu"),
  "single-precision-engine": call(...infer, "--engine", "tfjs:wasm"),
  "set-not-a-size": call(...infer, "--set", "J"),
  "set-unknown-size": call(...infer, "--set", "K=8"),
  "set-contradicts": call(...infer, "--set", "J=7"),
  "out-is-the-data": call(...infer, "--out", "./data.json"),
  "too-many-draws": call(...infer, "--draws", "100000000"),
  "too-many-prior-draws": call("sample", "./model.ppl", "--data", "./data.json", "--draws", "1000000000"),
  "training-too-large": {
    args: [
      ...["train", "./model.ppl", "--data", "./data.json", "--set", "K=300000000"],
      ...["--out", "./model.pplx"],
    ],
    files: {
      "model.ppl": `model Wide[N, K] {
  learn w: Real[K] = normal(0.1)
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe y[n] ~ Normal(z[n] + sum(w), 1)
  }
}
`,
      "data.json": few,
    },
  },
  "too-many-latents": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--set", "K=300000000"],
    files: {
      "model.ppl": `model Many[N, K] {
  plate k in K { a[k] ~ Normal(0, 1) }
  plate n in N { observe y[n] ~ Normal(sum(a), 1) }
}
`,
      "data.json": few,
    },
  },
  "nowhere-finite-row": json(
    `model Logs[N](x: Real[N]) {
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu * log(x[n]), 1) }
}
`,
    '{ "x": [1, 0, 2], "y": [3, 4.5, 2.5] }\n',
  ),
  "data-comment-line": {
    args: ["infer", "./model.ppl", "--data", "./data.csv"],
    files: { "model.ppl": mean, "data.csv": "# measured in May\ny\n1\n2\n" },
  },
  "data-tab-separated": {
    args: ["infer", "./model.ppl", "--data", "./data.tsv"],
    files: { "model.ppl": mean, "data.tsv": "y\tx\n1\t2\n" },
  },
  "data-misspelt-file": {
    args: ["infer", "./model.ppl", "--data", "./data.jsn"],
    files: { "model.ppl": mean, "data.json": few },
  },
  "asked-for-version": { args: ["version"], files: {} },
  "axis-too-long": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--set", "T=20002"],
    files: {
      "model.ppl": `model Switches[T] {
  p ~ Beta(1, 1)
  on[0] = true
  for t in 1..T { on[t]: Bool = !on[t-1] }
  observe y ~ Bernoulli(if on[T-1] then p else 1 - p)
}
`,
      "data.json": '{ "y": 1 }\n',
    },
  },
  "no-member-parameters": {
    args: ["train", "./model.ppl", "--data", "./data.json", "--member", "m=1", "--out", "./model.pplx"],
    files: { "model.ppl": family, "data.json": few },
  },
  "ode-out-of-steps": json(
    `def spring(x: Real[2], t: Real, stiffness: Positive): Real[2] = [x[1], -stiffness * x[0]]

model Springs[N, T](hours: Real[T]) {
  plate n in N {
    stiffness[n] ~ LogNormal(0, 1)
    x[n] = ode(spring, [1, 0], hours, 1000 * stiffness[n], start: 0)
    plate t in T { observe y[n, t] ~ Normal(x[n, t, 0], 1) }
  }
}
`,
    '{ "hours": [1, 2, 50], "y": [[3, 4.5, 2.5], [1, 2, 3]] }\n',
  ),
  "ode-without-end": json(
    `def growth(x: Real, t: Real, speed: Positive): Real = speed * x ^ 2

model Growth[T](hours: Real[T]) {
  speed ~ LogNormal(0, 1)
  plate t in T { observe y[t] ~ Normal(ode(growth, 1, hours, speed, start: 0)[t], 1) }
}
`,
    '{ "hours": [1, 20, 50], "y": [3, 4.5, 2.5] }\n',
  ),
  "guide-of-undescribed-member": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--strategy", "svi", "--member", "wide=2"],
    files: {
      "model.ppl": `family Means[N] {
  vary wide: Positive ~ LogNormal(0, 1)
  vary noise in { small, large }
  mu ~ Normal(0, wide)
  plate n in N { observe y[n] ~ Normal(mu, match noise { small => 0.1, large => 1 }) }
}

guide for Means {
  learn m = 0
  mu ~ Normal(m, match noise { small => 0.1, large => 0.5 })
}
`,
      "data.json": few,
    },
  },
  "learned-not-trained": {
    args: ["infer", "./model.ppl", "--data", "./data.json"],
    files: {
      "model.ppl": `model Line[N] {
  learn w = 1
  plate n in N { z[n] ~ Normal(0, 1); observe y[n] ~ Normal(w * z[n], 1) }
}
`,
      "data.json": few,
    },
  },
  "prior-without-draws": {
    args: ["sample", "./model.ppl"],
    files: { "model.ppl": "model Improper {\n  mu ~ Flat()\n}\n" },
  },
  "prior-draw-overflows": {
    args: ["sample", "./model.ppl"],
    files: { "model.ppl": "model Huge {\n  mu ~ Normal(0, 1)\n  x ~ Normal(exp(1000 + mu), 1)\n}\n" },
  },
  "missing-in-training": {
    args: ["train", "./model.ppl", "--data", "./data.json", "--out", "./model.pplx"],
    files: {
      "model.ppl": `model Line[N] {
  learn w = 1
  plate n in N { z[n] ~ Normal(0, 1); observe y[n]: Real? ~ Normal(w * z[n], 1) }
}
`,
      "data.json": '{ "y": [3, null, 2.5] }\n',
    },
  },
  "size-too-large": {
    args: ["sample", "./model.ppl", "--set", "N=1000000000", "--draws", "1"],
    files: { "model.ppl": mean },
  },
  "sample-trained-model": { args: ["sample", "./model.pplx"], files: {} },
  "out-wrong-extension": call(...infer, "--out", "./draws.txt"),
  "out-no-folder": call(...infer, "--out", "./nowhere/draws.json"),
  "out-is-a-folder": {
    ...call(...infer, "--out", "./folder.json"),
    files: { "model.ppl": schools, "data.json": schoolsData, "folder.json": "folder" },
  },
  "predict-unknown-size": {
    ...call(...infer, "--predict", "./new.json", "--anew", "K"),
    files: { "model.ppl": schools, "data.json": schoolsData, "new.json": '{ "sigma": [10] }\n' },
  },
  "predict-missing-input": {
    ...call(...infer, "--predict", "./new.json"),
    files: { "model.ppl": schools, "data.json": schoolsData, "new.json": '{ "sgma": [10] }\n' },
  },
  "loo-of-a-chain": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--loo", "--draws", "20", "--warmup", "50"],
    files: {
      "model.ppl": `model Hidden[T] {
  mu: Ordered[2] ~ Normal(0, 3)
  z[0] ~ Bernoulli(0.5)
  for t in 1..T { z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.1) }
  plate t in T { observe y[t] ~ Normal(mu[z[t]], 1) }
}
`,
      "data.json": '{ "y": [0.1, 0.2, 3.1] }\n',
    },
  },
  "predict-longer-series": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--predict", "./new.json"],
    files: { "model.ppl": walk, "data.json": few, "new.json": '{ "T": 5 }\n' },
  },
  "predict-longer-vector": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--predict", "./new.json"],
    files: {
      "model.ppl": regression,
      "data.json": '{ "X": [[1, 2], [0, 1]], "y": [1, 2] }\n',
      "new.json": '{ "X": [[1, 2, 3]] }\n',
    },
  },
  "train-without-out": call("train", "./model.ppl", "--data", "./data.json"),
  "train-wrong-extension": call("train", "./model.ppl", "--data", "./data.json", "--out", "./model.json"),
  "train-no-items": call("train", "./model.ppl", "--data", "./data.json", "--out", "./model.pplx"),
  "singular-matrix": {
    args: ["infer", "./model.ppl", "--data", "./data.json"],
    files: {
      "model.ppl": `model Flow[N](A: Real[N, 3, 2, 2], x: Real[N]) {
  w ~ Normal(0, 1)
  plate n in N {
    for t in 1..3 { factor log_abs_det(A[n, t]) }
    observe y[n] ~ Normal(w + solve(A[n, 1], [x[n], 1])[0], 1)
  }
}
`,
      "data.json": `{
  "A": [[[[1, 0], [0, 1]], [[2, 0], [0, 1]], [[1, 2], [3, 4]]], [[[1, 2], [2, 4]], [[1, 2], [2, 4]], [[1, 0], [0, 1]]]],
  "x": [1, 2], "y": [0.1, 0.2]
}
`,
    },
  },
  "train-other-items": {
    args: ["train", "./model.ppl", "--data", "./data.json", "--out", "./model.pplx"],
    files: {
      "model.ppl": `model Centred[N](x: Real[N]) {
  learn w = 0.5
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe y[n] ~ Normal(w * (x[n] - mean(x)) + z[n], 1)
  }
}
`,
      "data.json": '{ "x": [1, 2, 4], "y": [0.1, 0.2, 3.1] }\n',
    },
  },
  "model-is-data": { args: ["infer", "./data.json", "--data", "./data.json"], files: { "data.json": few } },
  "export-without-out": call("export", "./model.ppl", "--data", "./data.json"),
  "export-wrong-extension": call("export", "./model.ppl", "--data", "./data.json", "--out", "./model.txt"),
  "export-precision": call(
    "export",
    "./model.ppl",
    "--data",
    "./data.json",
    "--out",
    "./web",
    "--precision",
    "f64",
  ),
  "score-with-nuts": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--strategy", "nuts"],
    files: {
      "model.ppl":
        "model Flag {\n  on ~ Bernoulli(0.5) score\n  observe y ~ Normal(if on then 1 else 0, 1)\n}\n",
      "data.json": '{ "y": 1 }\n',
    },
  },
  "export-learned": {
    args: ["export", "./model.ppl", "--data", "./data.json", "--out", "./model.onnx"],
    files: {
      "model.ppl": "model Learned[N] {\n  learn mu = 0\n  plate n in N { observe y[n] ~ Normal(mu, 1) }\n}\n",
      "data.json": few,
    },
  },
  "series-first-elements": {
    args: ["sample", "./model.ppl", "--set", "T=5"],
    files: {
      "model.ppl":
        "model Series[T] {\n  a ~ Normal(0, 1)\n  for t in 1..T { observe y[t] ~ Normal(a * y[t-1], 1) }\n}\n",
    },
  },
  "model-without-command": call("./model.ppl", "--data", "./data.json"),
  "data-without-option": call("infer", "./model.ppl", "./data.json"),
  "init-unknown": start('{ "mu": 1, "teta": [1, 2] }'),
  "init-observed": start('{ "y": 3 }'),
  "init-shape": start('{ "theta": [1, 2] }'),
  "init-not-a-number": start('{ "tau": "small" }'),
  "init-outside": start('[{ "mu": 0, "tau": 3 }, { "tau": 3 }, { "tau": 0 }, { "mu": 1 }]'),
  "init-count": start('[{ "tau": 1 }, { "tau": 2 }, { "tau": 3 }]'),
  "init-without-density": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--init", "./start.json"],
    files: {
      "model.ppl": "model Far {\n  mu ~ Normal(0, 1)\n  observe y ~ Normal(exp(mu), 1)\n}\n",
      "data.json": '{ "y": 1 }\n',
      "start.json": '{ "mu": 1000 }\n',
    },
  },
  "init-step-by-step": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--init", "./start.json"],
    files: {
      "model.ppl": `model Steps[T, N] {
  s ~ HalfNormal(1)
  plate n in N {
    h[0, n] = 1
    e[0, n] ~ Normal(0, s)
  }
  for t in 1..T {
    plate n in N {
      e[t, n] ~ Normal(h[t-1, n], s) via noncentered
      h[t, n] = 0.5 * h[t-1, n] + e[t, n]
      observe y[t, n] ~ Normal(h[t, n], 1)
    }
  }
}
`,
      "data.json": '{ "y": [[1, 2], [1, 2], [2, 1]] }\n',
      "start.json": '{ "e": [[0, 1], [0, 1], [0, 1]] }\n',
    },
  },
  "anew-without-predict": call(...infer, "--anew", "J"),
  "members-of-a-file-without-members": {
    args: ["infer", "./model.ppl", "--data", "./data.json", "--member", "0"],
    files: { "model.ppl": family, "data.json": few },
  },
  "no-such-member": {
    args: ["infer", "./model.ppl", "--data", "./members.json", "--member", "7"],
    files: { "model.ppl": family, "members.json": '{ "members": [{ "y": [1, 2] }] }\n' },
  },
  "members-not-a-list": {
    args: ["infer", "./model.ppl", "--data", "./members.json", "--member", "0"],
    files: { "model.ppl": family, "members.json": '{ "members": { "y": [1, 2] } }\n' },
  },
  "train-without-data": call("train", "./model.ppl", "--out", "./model.pplx"),
  "member-nowhere-finite": {
    args: ["train", "./model.ppl", "--data", "./data.json", "--out", "./model.pplx"],
    files: {
      "model.ppl":
        "family Starts[N] {\n  member learn w = -1\n  plate n in N { observe y[n] ~ Normal(0, w as Positive) }\n}\n",
      "data.json": few,
    },
  },
  "shared-sizes-differ": {
    args: ["train", "./model.ppl", "--data", "./members.json", "--out", "./model.pplx"],
    files: {
      "model.ppl":
        "family Shared[N, D] {\n  learn w: Real[D] = zeros()\n  member learn b = 0\n  plate n in N { observe x[n]: Real[D] ~ Normal(w + b, 1) }\n}\n",
      "members.json": '{ "members": [{ "x": [[1, 2]] }, { "x": [[1, 2, 3]] }] }\n',
    },
  },
  "axis-over-nothing": {
    args: ["sample", "./model.ppl", "--set", "N=1"],
    files: { "model.ppl": "model Steps[N] {\n  plate n in 1..N { observe x[n] ~ Normal(0, 1) }\n}\n" },
  },
  "sum-too-large": {
    args: ["infer", "./model.ppl", "--data", "./data.json"],
    files: {
      "model.ppl": `model Sum[N] {
  mu ~ Normal(0, 1)
  a ~ Categorical(ones(1000) / 1000)
  b ~ Categorical(ones(1000) / 1000)
  c ~ Categorical(ones(1000) / 1000)
  plate n in N { observe y[n] ~ Normal(mu + a * b * c, 1) }
}
`,
      "data.json": few,
    },
  },
  "data-not-a-number-json": json(mean, '{ "y": [3, NaN, 2.5] }\n'),
  "data-infinity-json": json(mean, '{ "y": [3, 1e999, 2.5] }\n'),
  "data-infinity-csv": csv(mean, "y\n3\nInf\n2.5\n"),
  "data-empty-cell": csv(mean, "y\n3\n\n2.5\n,\n"),
  "data-text-in-cell": csv(mean, "y\n3\nthree\n2.5\n"),
  "data-no-header": csv(mean, "3\n4.5\n2.5\n"),
  "data-header-in-capitals": csv(mean, "Y\n3\n4.5\n2.5\n"),
  "data-shares-rounded": json(
    "model Shares[N, K] {\n  a ~ HalfNormal(9)\n  plate n in N { observe p[n]: Simplex[K] ~ Dirichlet(a * ones(K)) }\n}\n",
    '{ "p": [[0.33, 0.33, 0.33], [0.2, 0.3, 0.5]] }\n',
  ),
  "data-single-quotes": json(mean, "{ 'y': [3, 4.5] }\n"),
  "data-comma-at-the-end": json(mean, '{ "y": [3, 4.5,] }\n'),
  "data-true-for-a-number": json(mean, '{ "y": [true, "2", null] }\n'),
  "sample-needs-size": { args: ["sample", "./model.ppl"], files: { "model.ppl": mean } },
  "check-data-given": call("check", "./model.ppl", "--data", "./data.json"),
};
