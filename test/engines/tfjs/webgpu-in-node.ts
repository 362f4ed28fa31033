/** The process that `webgpu-in-node.test.ts` starts: tfjs's WebGPU backend in Node against the reference. Prints what it found as JSON. */
import * as tf from "@tensorflow/tfjs-core";
import { inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { programOf } from "../../driver/programs.ts";
import { differences, heldAfter, inexact } from "./device-runs.ts";

const { all, tolerance, line, rows, steps } = JSON.parse(process.argv[2]);
const engine = await loadEngine("tfjs", { backend: "webgpu" });
const held = () => (tf.engine().registry.webgpu as unknown as { numDataIds(): number }).numDataIds();
const options = { seed: 1, engine: "tfjs:webgpu" };
const trained = await train(await programOf(line), { x: rows }, { ...options, steps });
const answer = await inferWithArtifact(trained, { x: rows.slice(0, 3) }, { ...options, draws: 20 });
const found = {
  label: engine.label,
  inexact: await inexact(engine, all ? 1 : 41),
  held: await heldAfter(engine, 50, held),
  differences: await differences(engine, tolerance, all),
  engines: [trained.engine, answer.engine],
  tensors: Object.fromEntries(Object.entries(trained.tensors).map(([name, values]) => [name, [...values]])),
  means: answer.summary.map(({ mean }) => mean),
};
process.stdout.write(JSON.stringify(found));
