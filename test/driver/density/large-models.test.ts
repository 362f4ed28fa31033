/** Models that no memory holds: they are refused with an estimate before anything of their size is made. */
import { expect, test, vi } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { compile } from "../../../src/driver/compile.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { loadEngine } from "../../../src/engines/load.ts";

const bodies: Readonly<Record<string, string>> = {
  "a covariance by formula": `a ~ HalfNormal(1)
  K = [[if i == j then 1 + a else a * exp(-square(i - j)) for j in N] for i in N]
  y ~ MultivariateNormal([0.0 for i in N], K as Covariance)`,
  "a unit matrix": "y ~ MultivariateNormal(0, eye(N))",
  "its inverse": "y ~ MultivariateNormal(0, precision: diag([2.0 for i in N]))",
  "a correlation": "R: Corr[N] ~ LKJ(2)",
  "a factor of one": "L: CholeskyCorr[N] ~ LKJCholesky(2)",
  "a Wishart matrix": "S: Covariance[N] ~ Wishart(N + 3, eye(N))",
  "many coordinates": "plate i in N { plate j in N { z[i, j] ~ Normal(0, 1) } }",
};

test.each(Object.entries(bodies))("%s", async (_, body) => {
  const { program, problems } = await compile(`model Large[N] {\n  ${body}\n}`);
  if (program === undefined) throw new Error(JSON.stringify(problems));
  const before = process.memoryUsage();
  const refused = infer(program, {}, { sizes: { N: 8000 }, draws: 1_000_000 });
  await expect(refused).rejects.toMatchObject({ problems: [{ code: "out-of-memory" }] });
  const after = process.memoryUsage();
  // A matrix of doubles takes 512 MB.
  expect(after.rss - before.rss + after.external - before.external).toBeLessThan(350e6);
});

test.each(["wasm", "reference"] as const)("%s asks what the machine has before it takes it", async (name) => {
  const engine = await loadEngine(name);
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [5_000_000] });
  const graph = builder.finish({ y: builder.emit("exp", [x], {}) });
  const available = vi.spyOn(process, "availableMemory").mockReturnValue(60e6);
  expect(() => engine.compile(graph)).toThrow(
    /would take 0\.1 GiB of memory|would take 76\.\d MiB of memory/,
  );
  available.mockReturnValue(200e6);
  engine.compile(graph).dispose();
  available.mockRestore();
});
