/** Convolutions, directly: for each place of the result, a vector of output channels at a time. */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { WholeAddresses } from "./emit-whole.ts";
import { pushAddress } from "./range-loop.ts";
import { countingLoop, loadSplat, storeLane } from "./vector-code.ts";

/** Vectors of output channels that are added up at the same time. */
const channelVectors = 4;

export function emitConvolution(
  { code, format, schedule }: Emission,
  node: NodeOf<"conv2d">,
  { operands: [images, filters], result }: WholeAddresses,
): void {
  const { bytes, lanes, float } = format;
  const { strides, before, dilation } = node.params;
  const [, height, width, channels] = schedule.graph.nodes[node.inputs[0]].type.shape;
  const [filterHeight, filterWidth] = schedule.graph.nodes[node.inputs[1]].type.shape;
  const [count, outHeight, outWidth, outChannels] = node.type.shape;
  if (elementCount(node.type.shape) === 0) return;
  const [image, i, j, a, b, c, o, y, x, pixel, filter] = Array.from({ length: 11 }, () => code.local("i32"));
  const sums = Array.from({ length: channelVectors }, () => code.local("v128"));
  const factor = code.local("v128");

  const push = (terms: readonly (readonly [LocalIndex, number])[], constant: number): void =>
    pushAddress(code, terms, constant);
  /** Skips what follows in the block where the place is outside the image: below zero counts as very large. */
  const inside = (place: LocalIndex, length: number, body: () => void): void => {
    code.get(place);
    code.i32(length);
    code.op("i32.lt_u");
    code.if(body);
  };

  /** `width` channels from o on. */
  const writeChannels = (wanted: number): void => {
    const vectors = Math.ceil(wanted / lanes);
    for (let vector = 0; vector < vectors; vector++) {
      code.i64x2(0n);
      code.set(sums[vector]);
    }
    if (filterHeight * filterWidth * channels > 0)
      countingLoop(code, a, filterHeight, 1, () => {
        push(
          [
            [i, strides[0]],
            [a, dilation[0]],
          ],
          -before[0],
        );
        code.set(y);
        inside(y, height, () =>
          countingLoop(code, b, filterWidth, 1, () => {
            push(
              [
                [j, strides[1]],
                [b, dilation[1]],
              ],
              -before[1],
            );
            code.set(x);
            inside(x, width, () => {
              const row = channels * bytes;
              push(
                [
                  [image, height * width * row],
                  [y, width * row],
                  [x, row],
                ],
                0,
              );
              code.set(pixel);
              const filterRow = outChannels * bytes;
              push(
                [
                  [a, filterWidth * channels * filterRow],
                  [b, channels * filterRow],
                  [o, bytes],
                ],
                0,
              );
              code.set(filter);
              countingLoop(code, c, row, bytes, () => {
                code.get(pixel);
                code.get(c);
                code.op("i32.add");
                loadSplat(code, format, images);
                code.set(factor);
                for (let vector = 0; vector < vectors; vector++) {
                  code.get(sums[vector]);
                  code.get(factor);
                  code.get(filter);
                  code.memory("v128.load", filters + vector * lanes * bytes);
                  code.op(`${float}.mul`);
                  code.op(`${float}.add`);
                  code.set(sums[vector]);
                }
                push([[filter, 1]], filterRow);
                code.set(filter);
              });
            });
          }),
        );
      });
    const place = outChannels * bytes;
    push(
      [
        [image, outHeight * outWidth * place],
        [i, outWidth * place],
        [j, place],
        [o, bytes],
      ],
      0,
    );
    code.set(pixel);
    for (let vector = 0; vector < vectors; vector++)
      for (let lane = 0; lane < Math.min(lanes, wanted - vector * lanes); lane++) {
        code.get(pixel);
        code.get(sums[vector]);
        storeLane(code, format, result + (vector * lanes + lane) * bytes, lane);
      }
  };

  const block = channelVectors * lanes;
  const whole = Math.floor(outChannels / block) * block;
  countingLoop(code, image, count, 1, () =>
    countingLoop(code, i, outHeight, 1, () =>
      countingLoop(code, j, outWidth, 1, () => {
        if (whole > 0) countingLoop(code, o, whole, block, () => writeChannels(block));
        else {
          code.i32(0);
          code.set(o);
        }
        if (outChannels > whole) writeChannels(outChannels - whole);
      }),
    ),
  );
}
