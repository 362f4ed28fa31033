/** What must not change a density: the order of exchangeable rows, `plate` or `for`, the names of variables, a constant factor. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import {
  expectClose,
  inputWith,
  onlyNeeded,
  prefixed,
  runner,
  sampleLearned,
} from "../../compiler/lower/judge.ts";
import { loadProgram } from "../../compiler/lower/load-model.ts";
import type { SampleProgram } from "../../compiler/lower/programs.ts";
import { normals, sampleData } from "../../compiler/lower/sample-data.ts";
import { patience, runs } from "../../runs.ts";
import { shown } from "./shown.ts";
import { typedProgram } from "./typed-program.ts";

/** Replaces arrays of the data: by name, where there is one. */
type Change = (name: string, values: Float64Array) => Float64Array;

/** At data, learned parameters and a position that follow from the seed and the order of what is declared alone. */
function logDensity(program: SampleProgram, seed: number, change: Change = (_, values) => values): number {
  const loaded = loadProgram(program);
  const data = sampleData(loaded, program.sizes, program.indexBounds ?? {}, seed);
  const input = inputWith(loaded, program, data);
  const { graph, coordinates, learned } = lowerLogDensity(input, { scale: "unconstrained" });
  const order = loaded.model.sites.map(({ id }) => id);
  const flat = Object.fromEntries(
    Object.entries(data.flat).map(([name, values]) => [name, change(name, values)]),
  );
  const blocks = coordinates.map(({ input: name, site, length }) => [
    name,
    normals(length, seed + 101 * order.indexOf(site), 0.8),
  ]);
  const inputs = {
    ...prefixed("data/", flat),
    ...prefixed("present/", data.present),
    ...sampleLearned(learned, loaded, program.sizes, seed).inputs,
    ...Object.fromEntries(blocks),
  };
  return runner(graph)(onlyNeeded(graph, inputs)).logDensity[0];
}

const seeds = fc.nat({ max: 1_000_000 });

/** The same value at the same place of generated programs and of what `rewrite` makes of them; `more` is what it adds. */
function sameWhen(rewrite: (program: SampleProgram) => SampleProgram, more = 0): void {
  fc.assert(
    fc.property(typedProgram, seeds, (program, seed) => {
      const [text] = program.text.split("\n\nguide for");
      const plain = { ...program, text };
      const other = rewrite(plain);
      shown(other.text, () => expectClose(logDensity(other, seed), logDensity(plain, seed) + more, 1e-9));
    }),
    runs(20, 10_000),
  );
}

describe("the density of generated programs is the same", () => {
  test(
    "with `for` in place of `plate`",
    () => {
      sameWhen((program) => ({ ...program, text: program.text.replaceAll(/\bplate (?=\w+ in )/g, "for ") }));
    },
    patience(),
  );

  test(
    "under other names",
    () => {
      const renamed = (text: string): string => text.replaceAll(/\b([abdhlmsuyz]\d+y?)\b/g, "θ_$1");
      sameWhen((program) => ({
        ...program,
        text: renamed(program.text),
        indexBounds: Object.fromEntries(
          Object.entries(program.indexBounds ?? {}).map(([name, bound]) => [renamed(name), bound]),
        ),
      }));
    },
    patience(),
  );

  test(
    "but for a constant that is added",
    () => {
      sameWhen(
        (program) => ({ ...program, text: program.text.replace(/\n\}\n*$/, "\n  factor 1.25\n}\n") }),
        1.25,
      );
    },
    patience(),
  );
});

test("the order of exchangeable rows does not matter", () => {
  const program: SampleProgram = {
    name: "rows",
    sizes: { N: 6, J: 3, K: 2 },
    indexBounds: { group: 3, count: 4 },
    text: `model M[N, J, K](x: Real[N, K], group: Nat[N]) {
  beta: Real[K] ~ Normal(0, 1)
  mu: Ordered[K] ~ Normal(0, 3)
  w ~ Dirichlet(ones(K))
  plate j in J { effect[j] ~ Normal(0, 1) }
  plate n in N {
    z[n] ~ Categorical(w)
    observe y[n] ~ Normal(dot(x[n], beta) + effect[group[n]] + mu[z[n]], 1)
    observe count[n] ~ Poisson(exp(tanh(mu[z[n]])))
  }
}`,
  };
  const rows = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(
    fc.property(rows, seeds, (order, seed) => {
      const permuted: Change = (_, values) => {
        const width = values.length / order.length;
        return Float64Array.from(
          order.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]),
        );
      };
      const before = logDensity(program, seed);
      expectClose(logDensity(program, seed, permuted), before, 1e-12);
      // It is not that data did not matter.
      const other: Change = (name, values) => (name === "y" ? values.map((each) => each + 1) : values);
      expect(logDensity(program, seed, other)).not.toBeCloseTo(before, 6);
    }),
    runs(100, 10_000),
  );
});
