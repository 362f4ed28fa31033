/** What is here and what is not: versions, engines and backends, and what would enable the others. */
import { createBuilder } from "../compiler/builder.ts";
import { runLater } from "../engines/engine.ts";
import { detectOnnx } from "../engines/onnx/detect.ts";
import { detectTfjs } from "../engines/tfjs/detect.ts";
import type { DoctorReport } from "./api-types.ts";
import { chooseSamplingEngine, type EngineLabel, engineLabels } from "./choose-engine.ts";
import { nodeHost } from "./node-host.ts";
import { rankedEngines } from "./training/choose-training-engine.ts";
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
        .filter((piece) => piece.state !== "present" && !isReplaced(piece.package, engines))
        .map((piece) => ({
          name: piece.package,
          available: false,
          detail: piece.adds,
          ...(piece.advice !== undefined && { howToEnable: piece.advice }),
        })),
    ],
    auto: automaticChoices(engines),
  };
}

/** An add-on that is named by itself does what the package would. */
function isReplaced(name: string, engines: DoctorReport["engines"]): boolean {
  return (
    name === "@tensorflow/tfjs-node" && engines.some((each) => each.name === "tfjs:node" && each.available)
  );
}

/** What `auto` takes here, and why. */
function automaticChoices(engines: DoctorReport["engines"]): DoctorReport["auto"] {
  const installed = nodeHost.installedEngines?.() ?? [];
  const working = installed.filter((label) => engines.some((each) => each.name === label && each.available));
  const trainings = trainingSizes.map(({ work, multiplyAdds }) => {
    const [{ label, reason }] = rankedEngines(multiplyAdds, working);
    return { work, engine: label, reason };
  });
  const { label, reason } = chooseSamplingEngine("auto");
  return [{ work: "infer", engine: label, reason }, ...trainings];
}

const trainingSizes = [
  { work: "train, small products", multiplyAdds: 1e5 },
  { work: "train, 10⁶ multiply-adds a batch", multiplyAdds: 1e6 },
  { work: "train, 10⁸ multiply-adds a batch", multiplyAdds: 1e8 },
];

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
