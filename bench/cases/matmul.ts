/** A matrix product in single precision. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { randomSource } from "../../src/base/random.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { type EngineOptions, loadEngine } from "../../src/engines/load.ts";
import { nodeThreads } from "../../src/engines/node-threads.ts";
import { alternate } from "../harness/alternate.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import { readFloats, writeFloats } from "../harness/floats.ts";
import { pythonContender } from "../harness/peers.ts";
import { type Case, measureTimes, threeDigits, timesTable, usualTurns } from "../harness/section.ts";

const [rows, inner, columns] = [512, 1024, 1024];

export const matmul: Case = {
  name: "matmul",
  title: "Matrix product 512 × 1024 × 1024, f32",
  async run(context) {
    const { peers, temporaryFolder } = context;
    const left = writeNormals(join(temporaryFolder, "left"), rows * inner, 1);
    const right = writeNormals(join(temporaryFolder, "right"), inner * columns, 2);
    const task = { left, right };
    const python = (name: string, system: string, library: string) =>
      pythonContender(peers, name, system, resolve(import.meta.dirname, "matmul/matmul.py"), {
        ...task,
        library,
        shape: [rows, inner, columns],
      });
    context.progress("512 × 1024 × 1024");
    const here = import.meta.url;
    const outcomes = await alternate(
      [
        ours("ppl wasm f32", here, "multiply", { ...task, engine: "wasm", threads: availableParallelism() }),
        ours("ppl wasm f32, one thread", here, "multiply", { ...task, engine: "wasm", threads: 1 }),
        ours("ppl tfjs:wasm", here, "multiply", { ...task, engine: "tfjs" }),
        python("JAX jit", "JAX", "jax"),
        python("PyTorch", "PyTorch", "torch"),
        python("NumPy", "NumPy", "numpy"),
      ],
      { ...usualTurns(context), tolerance: 1e-4 },
    );
    const measurements = measureTimes([{ name: "product", outcomes }]);
    const operations = 2 * rows * inner * columns;
    return {
      about: "One product, operands and result where the system keeps them. Peers use all cores.",
      tables: [timesTable(measurements)],
      notes: measurements.flatMap(({ system, value }) =>
        value === undefined ? [] : [`${system}: ${threeDigits(operations / value.median / 1e9)} GFLOP/s.`],
      ),
      measurements,
    };
  },
};

function writeNormals(path: string, length: number, stream: number): string {
  const values = new Float64Array(length);
  randomSource({ seed: 1, stream }, 0).fillNormal(values);
  return writeFloats(path, values);
}

interface MultiplyTask {
  readonly left: string;
  readonly right: string;
  readonly engine: "wasm" | "tfjs";
  /** Of wasm. */
  readonly threads?: number;
}

export async function multiply({
  left,
  right,
  engine: name,
  threads = 1,
}: MultiplyTask): Promise<Measurable> {
  const options: EngineOptions =
    name === "wasm" ? { precision: "f32", threads: nodeThreads(threads) } : { backend: "wasm" };
  const engine = await loadEngine(name, options);
  const builder = createBuilder();
  const a = builder.input("left", { dtype: "float", shape: [rows, inner] });
  const b = builder.input("right", { dtype: "float", shape: [inner, columns] });
  const product = builder.emit("matmul", [a, b], { transposeLeft: false, transposeRight: false });
  const executable = engine.compile(builder.finish({ product }));
  const inputs = {
    left: executable.inputView?.("left") ?? new Float32Array(rows * inner),
    right: executable.inputView?.("right") ?? new Float32Array(inner * columns),
  };
  inputs.left.set(readFloats(left));
  inputs.right.set(readFloats(right));
  const first = executable.run(inputs).product;
  return {
    values: [first[0], first[1], first[columns], first[rows * columns - 1]],
    run(times) {
      for (let i = 0; i < times; i++) executable.run(inputs);
      return undefined;
    },
  };
}
