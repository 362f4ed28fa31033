import { describe, expect, test } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { close } from "./close.ts";
import { runNet } from "./run-net.ts";

const height = 4;
const width = 6;
const channels = 2;

function image(step: number, depth = channels): number[] {
  const values = new Float64Array(height * width * depth);
  randomSource({ seed: 3, stream: 0 }, step).fillNormal(values);
  return [...values];
}

/** Σ over the filter of F · x, zeros around the image, where `sees` says which places of the filter count. */
function convolve(
  x: readonly number[],
  F: { readonly shape: readonly number[]; readonly values: readonly number[] },
  b: readonly number[],
  sees: (down: number, right: number) => boolean,
): number[] {
  const [rows, columns, inner, outer] = F.shape;
  const result: number[] = [];
  for (let h = 0; h < height; h++)
    for (let w = 0; w < width; w++)
      for (let o = 0; o < outer; o++) {
        let sum = b[o];
        for (let r = 0; r < rows; r++)
          for (let s = 0; s < columns; s++) {
            const [down, right] = [r - (rows - 1) / 2, s - (columns - 1) / 2];
            const [y, z] = [h + down, w + right];
            if (!sees(down, right) || y < 0 || y >= height || z < 0 || z >= width) continue;
            for (let c = 0; c < inner; c++)
              sum += F.values[((r * columns + s) * inner + c) * outer + o] * x[(y * width + z) * inner + c];
          }
        result.push(sum);
      }
  return result;
}

describe("conv", () => {
  test.each(["conv[4, 6, 2](O: 3)", "conv[4, 6, 2](3, filter: [5, 3])"])("%s", (net) => {
    const x = image(0);
    const found = runNet(`model M(x: Real[4, 6, 2]) { learn f = ${net}\nvalue = f(x) }`, { inputs: { x } });
    expect(found.shape).toEqual([4, 6, 3]);
    close(
      found.value,
      convolve(x, found.weights.F, found.weights.b.values, () => true),
    );
    found.checkGradients();
  });

  test("of each image of a plate, with one set of filters", () => {
    const x = [...image(0), ...image(1)];
    const program =
      "model M[N](x: Real[N, 4, 6, 2]) { learn f = conv[4, 6, 2](3)\nvalue = [f(x[n]) for n in N] }";
    const found = runNet(program, { sizes: { N: 2 }, inputs: { x } });
    const { F, b } = found.weights;
    close(
      found.value,
      [image(0), image(1)].flatMap((each) => convolve(each, F, b.values, () => true)),
    );
  });
});

describe("masked_conv", () => {
  const before = (down: number, right: number): boolean => down < 0 || (down === 0 && right < 0);
  const upTo = (down: number, right: number): boolean => before(down, right) || (down === 0 && right === 0);
  test.each([
    { centre: "false", filter: "[3, 5]", sees: before },
    { centre: "true", filter: "[3, 3]", sees: upTo },
  ])("centre: $centre", ({ centre, filter, sees }) => {
    const x = image(0);
    const net = `masked_conv[4, 6, 2](O: 3, filter: ${filter})`;
    const program = `model M(x: Real[4, 6, 2]) { learn f = ${net}\nvalue = f(x, centre: ${centre}) }`;
    const found = runNet(program, { inputs: { x } });
    close(found.value, convolve(x, found.weights.F, found.weights.b.values, sees));
    found.checkGradients();
  });

  test("the default sees the pixel itself", () => {
    const x = image(0);
    const net = (call: string): readonly number[] =>
      runNet(`model M(x: Real[4, 6, 2]) { learn f = masked_conv[4, 6, 2](1)\nvalue = ${call} }`, {
        inputs: { x },
      }).value;
    expect(net("f(x)")).toEqual(net("f(x, centre: true)"));
  });
});

describe("a PixelCNN", () => {
  const program = `
    net pixels[H, W](x: Real[H, W, 1], depth: Sizes) -> Real[H, W] {
      first = masked_conv(x, 4, [5, 5], centre: false) |> relu
      last = first |> fold(masked_layer, depth) |> masked_conv(1, [1, 1])
      [[last[h, w, 0] for w in W] for h in H]
    }
    net masked_layer[H, W, C](x: Real[H, W, C], O: Size) -> Real[H, W, O] = relu(masked_conv(x, O))
    model M(x: Real[4, 6, 1]) { learn f = pixels[4, 6](depth: [3, 4])\nvalue = f(x) }`;

  test("predicts each pixel from those before it alone, and from all of the nearest", () => {
    const x = image(0, 1);
    const base = runNet(program, { inputs: { x } });
    expect(base.shape).toEqual([4, 6]);
    const isBefore: boolean[] = [];
    for (let pixel = 0; pixel < x.length; pixel++) {
      const moved = runNet(program, { inputs: { x: x.with(pixel, x[pixel] + 3) } });
      moved.value.forEach((each, at) => {
        if (at <= pixel) expect(each, `pixel ${at} depends on pixel ${pixel}`).toBe(base.value[at]);
      });
      if (pixel + 1 < x.length) isBefore.push(moved.value[pixel + 1] !== base.value[pixel + 1]);
    }
    // At the right border the next pixel lies far away, and rectified units may be off.
    expect(isBefore.filter((each) => each).length).toBeGreaterThan(x.length / 2);
  });
});

describe("pools", () => {
  test("mean and largest of blocks, and the way back", () => {
    const x = image(0);
    const run = (call: string): readonly number[] =>
      runNet(`model M(x: Real[4, 6, 2]) { value = ${call} }`, { inputs: { x } }).value;
    const at = (h: number, w: number, c: number): number => x[(h * width + w) * channels + c];
    const blocks: number[][] = [];
    for (let h = 0; h < height; h += 2)
      for (let w = 0; w < width; w += 2)
        for (let c = 0; c < channels; c++)
          blocks.push([at(h, w, c), at(h, w + 1, c), at(h + 1, w, c), at(h + 1, w + 1, c)]);
    close(
      run("average_pool(x)"),
      blocks.map((block) => block.reduce((sum, each) => sum + each) / 4),
    );
    close(
      run("max_pool(x)"),
      blocks.map((block) => Math.max(...block)),
    );
    close(run("average_pool(upsample(x))"), x);
    close(run("max_pool(upsample(x))"), x);
    runNet("model M(x: Real[4, 6, 2]) { value = upsample(max_pool(x)) }", { inputs: { x } }).checkGradients();
  });

  test("an odd height does not check", () => {
    expect(() =>
      runNet("model M(x: Real[3, 6, 2]) { value = max_pool(x) }", { inputs: { x: image(0) } }),
    ).toThrow("size-not-inferred");
  });
});
