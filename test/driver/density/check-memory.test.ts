import { expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { splitInvariant } from "../../../src/compiler/split-invariant.ts";
import { threadsThatFit } from "../../../src/driver/density/check-memory.ts";

test.each([
  // 3 GB in all, one part of it for the calling thread.
  { numbers: 1000, fit: 201325 },
  { numbers: 2 ** 26, fit: 2 },
  { numbers: 2 ** 27, fit: 1 },
  { numbers: 2 ** 30, fit: 1 },
])("$fit threads have room for graphs of two times $numbers numbers", ({ numbers, fit }) => {
  const builder = createBuilder();
  const x = builder.input("q/x", { dtype: "float", shape: [numbers] });
  const graph = builder.finish({ y: builder.emit("exp", [x], {}) });
  expect(threadsThatFit(splitInvariant(graph, () => true))).toBe(fit);
});
