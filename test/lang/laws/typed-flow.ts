/**
 * Random small programs with an `ode` whose steps are chosen by tolerance. The interpreter takes many small steps of equal length, with
 * which only what has many derivatives agrees to the digits that the law asks for: so rates are made of few forms, and models are small.
 */
import fc from "fast-check";
import type { SampleProgram } from "../../compiler/lower/programs.ts";

const coefficient = fc.constantFrom("tanh(a)", "b / (1 + b)", "0.5", "-1");
const term = fc.constantFrom("y", "tanh(y)", "sin(3 * t)", "cos(t + a)", "exp(-t) * y", "tanh(y * t)", "1");
const rate = fc
  .array(fc.tuple(coefficient, term), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([factor, of]) => `${factor} * ${of}`).join(" + "));
const tolerances = fc.constantFrom(
  "rtol: 1e-10, atol: 1e-10, max_steps: 100",
  "rtol: 1e-11, atol: 1e-11, max_steps: 100",
  "atol: 1e-10, rtol: 1e-12, max_steps: 150, start: -0.5",
);

/** Where a solution is used: `solve` writes it, from a first value and the arguments of its rate. */
const models: readonly ((solve: (...given: string[]) => string) => string)[] = [
  (solve) => `x = ${solve("y0", "a0", "b0")}
    observe y: Real[T] ~ Normal(x, 0.5)`,
  (solve) => `plate n in N {
      c[n] ~ Normal(0, 1)
      x[n] = ${solve("c[n]", "a0", "b0")}
      observe y[n]: Real[T] ~ Normal(x[n], b0 + 0.5)
    }`,
  (solve) => `z ~ Bernoulli(0.3)
    x = ${solve("y0", "if z then a0 else 1", "b0")}
    observe y: Real[T] ~ Normal(x, 1)`,
  (solve) => `x: Real[T] ~ Normal(${solve("0.5", "a0", "1")}, 0.5)
    observe y ~ Normal(${solve("x[0]", "y0", "b0")}[T - 1], 1)`,
];

export const flowProgram: fc.Arbitrary<SampleProgram> = fc
  .tuple(rate, tolerances, fc.constantFrom(...models), fc.constantFrom(2, 3, 4))
  .map(([text, tolerance, model, T]) => ({
    name: "generated",
    text: `def flow(y: Real, t: Real, a: Real, b: Positive): Real = ${text}

model M[N, T](w: Positive[N]) {
    a0 ~ Normal(0, 1)
    b0 ~ LogNormal(0, 0.5)
    y0 ~ Normal(0, 1)
    ${model((first, ...given) => `ode(flow, ${first}, linspace(0, 1, T), ${given.join(", ")}, ${tolerance})`)}
    observe last ~ Normal(sum(w), 1)
}
`,
    sizes: { N: 2, T },
  }));
