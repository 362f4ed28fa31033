/** Small graphs in which what one node does to its operand's memory matters to another. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import { elementCount, type NodeId } from "../../../src/compiler/graph.ts";
import type { Shape } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine, type WasmExecutable } from "../../../src/engines/wasm/wasm-engine.ts";
import { randomGraphs } from "../../compiler/random-graph.ts";
import { expectClose } from "../conformance.ts";
import { sampleValues } from "../op-cases.ts";

const engines = [
  await createWasmEngine(),
  await createWasmEngine({ limits: { straight: 1, components: 1 } }),
  await createWasmEngine({ limits: { straight: 1, components: 4 } }),
  await createWasmEngine({ limits: { straight: 4, components: 2 }, relaxed: false }),
];

/** Float inputs of these shapes; every engine runs twice, with other values, and agrees with the reference. */
function check(
  shapes: Readonly<Record<string, Shape>>,
  make: (builder: Builder, inputs: Readonly<Record<string, NodeId>>) => Record<string, NodeId>,
): void {
  const builder = createBuilder();
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, builder.input(name, { dtype: "float", shape })]),
  );
  const graph = builder.finish(make(builder, inputs));
  const reference = referenceEngine.compile(graph);
  for (const [number, engine] of engines.entries()) {
    const executable = engine.compile(graph);
    for (const seed of [1, 2]) {
      const values = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, sampleValues("float", shape, -3, 3, seed, 0)]),
      );
      const expected = reference.run(values);
      const actual = executable.run(values);
      for (const name of Object.keys(graph.outputs))
        expectClose(
          actual[name],
          expected[name],
          { relative: 1e-12, absolute: 1e-12 },
          `limits ${number}, ${name}`,
        );
    }
  }
}

/** [rows, columns], transposed twice: in order again, but only where neither is a copy. */
const shapes: readonly Shape[] = [
  [2, 3],
  [7, 9],
  [40, 3],
];

test.each(shapes)(
  "[%j, %j]: an operand that lies whole no longer does when what it is a view of is copied",
  (...shape) => {
    check({ x: shape }, (builder, { x }) => {
      const turned = builder.emit("transpose", [x], { permutation: [1, 0] });
      const back = builder.emit("transpose", [turned], { permutation: [1, 0] });
      return {
        reshaped: builder.emit("reshape", [turned], { shape }),
        running: builder.emit("cumsum", [back], { axis: 0, reverse: true }),
        picked: builder.emit("gather", [back, builder.constant([1, 0, 1], [3], "int")], {}),
        product: builder.emit("matmul", [back, back], { transposeLeft: true, transposeRight: false }),
      };
    });
  },
);

test.each(shapes)("[%j, %j]: a reshape that is copied, of what strides no longer express", (...shape) => {
  check({ x: shape }, (builder, { x }) => {
    const turned = builder.emit("transpose", [x], { permutation: [1, 0] });
    const back = builder.emit("transpose", [turned], { permutation: [1, 0] });
    return { turned, flat: builder.emit("reshape", [back], { shape: [elementCount(shape)] }) };
  });
});

test("small values read late, joined from an array whose memory is used again meanwhile", () => {
  check({ x: [200] }, (builder, { x }) => {
    const running = builder.emit("cumsum", [x], { axis: 0, reverse: false });
    const part = (id: NodeId, start: number): NodeId =>
      builder.emit("slice", [id], { start: [start], limit: [start + 2] });
    const joined = builder.emit("concat", [part(running, 3), part(running, 50)], { axis: 0 });
    const largest = builder.emit("reduceMax", [builder.emit("abs", [joined], {})], { axes: [0] });
    let value = builder.emit(
      "add",
      [x, builder.emit("broadcast", [largest], { shape: [200], axes: [] })],
      {},
    );
    for (let step = 0; step < 6; step++)
      value = builder.emit("sin", [builder.emit("cumsum", [value], { axis: 0, reverse: true })], {});
    const late = builder.emit("concat", [part(value, 7), part(value, 90)], { axis: 0 });
    return { late: builder.emit("add", [late, joined], {}) };
  });
});

test("sums, maxima and running sums of nothing, in memory that was used before", () => {
  check({ x: [90], none: [0, 90], line: [0, 40] }, (builder, { x, none, line }) => {
    const running = builder.emit("sin", [builder.emit("cumsum", [x], { axis: 0, reverse: false })], {});
    const again = builder.emit("cumsum", [running], { axis: 0, reverse: true });
    const sum = builder.emit("reduceSum", [none], { axes: [0] });
    const most = builder.emit("reduceMax", [none], { axes: [0] });
    return {
      most,
      sum: builder.emit("cumsum", [builder.emit("add", [sum, again], {})], { axis: 0, reverse: false }),
      line: builder.emit("reduceSum", [builder.emit("cumsum", [line], { axis: 1, reverse: false })], {
        axes: [0],
      }),
    };
  });
});

/** Everything that a run has to write before it reads it becomes NaN. */
function spoilResults({
  inputView,
  written: {
    schedule,
    graphs: [{ memory }],
  },
}: WasmExecutable): void {
  const { buffer } = inputView("x0");
  for (const id of schedule.buffers.keys()) {
    const { op, type } = schedule.graph.nodes[id];
    if (op === "input" || op === "constant") continue;
    new Float64Array(buffer, memory.address(id), elementCount(type.shape)).fill(Number.NaN);
  }
}

test.each([...engines.keys()])("nothing is read before it is written, limits %d", (number) => {
  fc.assert(
    fc.property(randomGraphs({ kind: "any" }), ({ graph, inputs }) => {
      const executable = engines[number].compile(graph);
      const copy = (): [string, number[]][] =>
        Object.entries(executable.run(inputs)).map(([name, values]) => [name, [...values]]);
      const first = copy();
      spoilResults(executable);
      expect(copy()).toEqual(first);
    }),
    { numRuns: 60 },
  );
});
