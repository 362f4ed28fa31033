/** The plan of the autoencoder that training and single steps of it are measured on. */
import { compile } from "../../../src/driver/compile.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { type AmortizedPlan, planAmortized } from "../../../src/driver/training/amortized-plan.ts";

export interface VaeSize {
  readonly pixels: number;
  readonly hidden: number;
  readonly latents: number;
  readonly batch: number;
}

const program = ({ hidden, latents }: VaeSize): string => `
net decoder[Z, D](z: Real[Z]) -> Real[D] = z |> dense(${hidden}) |> tanh |> dense(D)
model Vae[N, D, Z = ${latents}] {
  learn decode = decoder[Z, D]
  plate n in N {
    z[n]: Real[Z] ~ Normal(0, 1)
    observe x[n]: Bool[D] ~ Bernoulli(logits: decode(z[n]))
  }
}
`;

/** On as many images as a batch has; `isSet` says which pixels are 1, counted through all images. */
export async function vaePlan(size: VaeSize, isSet: (pixel: number) => boolean): Promise<AmortizedPlan> {
  const compiled = await compile({ name: "vae.ppl", text: program(size) });
  if (compiled.program === undefined) throw new Error("the program does not compile");
  const model = compiled.program.model(undefined);
  const { pixels, hidden, batch } = size;
  const x = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: pixels }, (__, column) => isSet(row * pixels + column)),
  );
  const bound = bindOrThrow(model, { x }, {});
  return planAmortized(compiled.program.core, model, bound, { batch, hidden: [hidden], head: "meanField" });
}
