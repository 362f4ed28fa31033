/** What is here and what is not: versions, engines and backends, and what would enable the others. */
import { createBuilder } from "../compiler/builder.ts";
import { runLater } from "../engines/engine.ts";
import { detectOnnx } from "../engines/onnx/detect.ts";
import { detectTfjs } from "../engines/tfjs/detect.ts";
import type { DoctorReport } from "./api-types.ts";
import { type EngineLabel, engineLabels } from "./choose-engine.ts";
import { nodeHost } from "./node-host.ts";
import { version } from "./version.ts";

export async function doctor(): Promise<DoctorReport> {
  const pieces = [...detectTfjs(), detectOnnx()];
  const engines = await Promise.all(engineLabels.map(tryEngine));
  return {
    versions: {
      ppl: version,
      node: process.version,
      ...Object.fromEntries(
        pieces.flatMap((piece) => (piece.version === undefined ? [] : [[piece.package, piece.version]])),
      ),
    },
    engines: [
      ...engines,
      ...pieces
        .filter((piece) => piece.state !== "present")
        .map((piece) => ({
          name: piece.package,
          available: false,
          detail: piece.adds,
          ...(piece.advice !== undefined && { howToEnable: piece.advice }),
        })),
    ],
  };
}

/** An engine counts as available when it loads and adds two numbers. */
async function tryEngine(label: EngineLabel): Promise<DoctorReport["engines"][number]> {
  try {
    const engine = await nodeHost.loadEngine(label);
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2] });
    const executable = engine.compile(builder.finish({ sum: builder.emit("add", [x, x], {}) }));
    const { sum } = await runLater(executable, { x: [1, 2] });
    const works = sum[0] === 2 && sum[1] === 4;
    executable.dispose();
    if (!works) return { name: label, available: false, detail: `1 + 1 is ${sum[0]} there` };
    return { name: label, available: true, detail: `${engine.label}, ${engine.precisions.join(" and ")}` };
  } catch (error) {
    const detail = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { name: label, available: false, detail };
  }
}
