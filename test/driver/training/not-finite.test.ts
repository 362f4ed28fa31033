/** Training on data that have no density under the model. */
import { describe, expect, test } from "vitest";
import { train } from "../../../src/driver/node-driver.ts";
import { programOf } from "../programs.ts";

const source = `model Shifted[N](x: Real[N]) {
  learn w = 0.5
  plate i in N {
    z[i] ~ Normal(0, 1)
    observe y[i] ~ Normal(w * z[i] + log(x[i]), 1)
  }
}`;

describe("where the objective is not finite", () => {
  test("in all steps, the statement and the row are named", async () => {
    const data = { x: [1, 2, 0, 3], y: [1, 2, 3, 4] };
    const refused = train(await programOf(source), data, { steps: 40 });
    await expect(refused).rejects.toMatchObject({
      problems: [
        {
          code: "training-not-finite",
          labels: [{ text: "the log density of y[2] is -Infinity" }],
        },
      ],
    });
  });

  test("in some steps, a remark counts them", async () => {
    const x = Array.from({ length: 200 }, (_, i) => (i === 150 ? 0 : 1));
    const { remarks, elbo } = await train(await programOf(source), { x, y: x }, { steps: 60 });
    expect(elbo).toBeGreaterThan(-3);
    const [remark] = remarks.filter((each) => each.includes("left out"));
    // Each step takes 64 of 200 items.
    const rejected = Number(/^(\d+) of 60 steps/.exec(remark)?.[1]);
    expect(rejected).toBeGreaterThan(8);
    expect(rejected).toBeLessThan(32);
  });
});
