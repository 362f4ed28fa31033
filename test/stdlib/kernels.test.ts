/** Kernels of the library against scikit-learn, their gradients against finite differences. */
import { expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";

const x = [0, 0.3, 1.1, -0.4];

/** The kernel at `x`, and Σᵢⱼ (i + 2 j + 1) Kᵢⱼ with its gradient by a and b, for `call` in positive a and b. */
function evaluate(call: string, a: number, b: number) {
  const loaded = loadModel(`model M[N](x: Real[N], w: Real[N, N]) {
    a ~ HalfNormal(1)
    b ~ HalfNormal(1)
    K = ${call}
    factor sum(sum(w * K))
  }`);
  const { graph } = lowerLogDensity(
    { ...loaded, sizes: { N: x.length }, knowns: {} },
    { scale: "constrained", terms: true },
  );
  const total =
    graph.outputs[Object.keys(graph.outputs).find((name) => name.startsWith("term/factor")) ?? ""];
  const outputs = { K: graph.outputs["binding/K"], total };
  const full = differentiate(
    { ...graph, outputs },
    { of: "total", wrt: ["value/a", "value/b"], prefix: "d" },
  );
  const w = x.flatMap((_, i) => x.map((__, j) => i + 2 * j + 1));
  const inputs: Record<string, readonly number[]> = {
    "data/x": x,
    "data/w": w,
    "value/a": [a],
    "value/b": [b],
  };
  const needed = Object.fromEntries(Object.keys(full.inputs).map((name) => [name, inputs[name]]));
  const results = referenceEngine.compile(full).run(needed);
  return {
    K: [...results.K],
    total: results.total[0],
    gradient: [results["dvalue/a"][0], results["dvalue/b"][0]],
  };
}

// scikit-learn 1.9.1: 1.44 times RBF(0.7), Matern(0.7, nu=1.5), Matern(0.7, nu=2.5), ExpSineSquared(1.3, 2.0), the rows' upper parts.
test.each([
  [
    "squared_exponential(x, a, b)",
    0.7,
    [
      1.3136458706331051, 0.41893028214645317, 1.22308677585837, 0.7494481742698108, 0.8734041499861921,
      0.1449632156729727,
    ],
  ],
  [
    "matern32(x, a, b)",
    0.7,
    [
      1.1942829965044304, 0.3524152297644097, 1.0649261348113592, 0.5926848287593262, 0.6960351234189711,
      0.16581541700667501,
    ],
  ],
  [
    "matern52(x, a, b)",
    0.7,
    [
      1.2506389240070674, 0.3700951258083121, 1.1323843973213006, 0.6409954848183336, 0.7545515167178212,
      0.1606783163484376,
    ],
  ],
  [
    "periodic(x, a, b, 2)",
    1.3,
    [
      1.1283191660619871, 0.45392277350154947, 0.9567409917268372, 0.4937227552949562, 0.5627753310834676,
      0.7968627185709948,
    ],
  ],
])("%s", (call, length, expected) => {
  const { K, gradient } = evaluate(call, 1.2, length);
  const n = x.length;
  const upper = x.flatMap((_, i) => x.flatMap((__, j) => (j > i ? [[i, j] as const] : [])));
  upper.forEach(([i, j], at) => {
    expect(K[i * n + j]).toBeCloseTo(expected[at], 12);
    expect(K[j * n + i]).toBe(K[i * n + j]);
  });
  for (let i = 0; i < n; i++) expect(K[i * n + i]).toBeCloseTo(1.44, 12);
  const step = 1e-6;
  const slopes = [
    [step, 0],
    [0, step],
  ].map(
    ([a, b]) =>
      (evaluate(call, 1.2 + a, length + b).total - evaluate(call, 1.2 - a, length - b).total) / (2 * step),
  );
  slopes.forEach((slope, at) => {
    expect(gradient[at]).toBeCloseTo(slope, 5);
  });
});

test("predictions at new points are those of the joint normal distribution, by elimination of the seen values", () => {
  const z = [0.7, -1.5];
  const y = [0.4, -0.2, 1.3, 0.9];
  const model = `model M[N, M](x: Real[N], z: Real[M], y: Real[N]) {
    a ~ HalfNormal(1)
    A = matern52(x, 1.2, 0.7) + 0.3 * eye(N)
    B = matern52_between(x, z, 1.2, 0.7)
    mean_at = process_mean(A, B, y)
    spread = process_covariance(A, B, matern52(z, 1.2, 0.7))
  }`;
  const { graph } = lowerLogDensity(
    { ...loadModel(model), sizes: { N: 4, M: 2 }, knowns: {} },
    { scale: "constrained", terms: true },
  );
  const outputs = { mean: graph.outputs["binding/mean_at"], spread: graph.outputs["binding/spread"] };
  const results = referenceEngine
    .compile({ ...graph, outputs })
    .run(
      Object.fromEntries(
        Object.keys(graph.inputs).map((name) => [
          name,
          { "data/x": x, "data/z": z, "data/y": y }[name] ?? [1],
        ]),
      ),
    );

  const kernel = (d: number): number => {
    const r = (Math.sqrt(5) * Math.abs(d)) / 0.7;
    return 1.44 * (1 + r + (r * r) / 3) * Math.exp(-r);
  };
  const points = [...x, ...z];
  const S = points.map((p, i) => points.map((q, j) => kernel(p - q) + (i === j && i < 4 ? 0.3 : 0)));
  const m = [...y, 0, 0];
  // Conditioning on one seen value after the other: what is left of the mean is negative where it was taken off.
  for (let seen = 0; seen < 4; seen++)
    for (let row = seen + 1; row < 6; row++) {
      const factor = S[row][seen] / S[seen][seen];
      m[row] -= factor * m[seen];
      S[row] = S[row].map((each, at) => each - factor * S[seen][at]);
    }
  const expected = { mean: [-m[4], -m[5]], spread: [S[4][4], S[4][5], S[5][4], S[5][5]] };
  for (const name of ["mean", "spread"] as const)
    expected[name].forEach((each, at) => {
      expect(results[name][at]).toBeCloseTo(each, 12);
    });
});
