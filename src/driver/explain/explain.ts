/** Every stage of a program on its way to an engine, as text. */
import { differentiate } from "../../compiler/differentiate.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import { printGraph } from "../../compiler/print.ts";
import { disassemble } from "../../engines/wasm/assembler/disassemble.ts";
import { createWasmEngine } from "../../engines/wasm/wasm-engine.ts";
import type { WrittenModule } from "../../engines/wasm/write-module.ts";
import { formatCore } from "../../lang/format-core.ts";
import type { ExplainOptions, GivenData, Program } from "../api-types.ts";
import { loweringInput, planDensity, select } from "../density/density-plan.ts";
import { diagramSvg } from "../diagram/diagram-svg.ts";
import { diagramText } from "../diagram/diagram-text.ts";
import { plateDiagram } from "../diagram/plate-diagram.ts";
import { bindOrThrow } from "../infer-options.ts";
import { chooseMember } from "../members/choose-member.ts";

/** Rejects with `ProblemError`; all stages but `core` and `plate` need the model's inputs and sizes. */
export async function explain(program: Program, data: GivenData, options: ExplainOptions): Promise<string> {
  const { stage } = options;
  if (stage === "core") return formatCore(program.core);
  if (stage === "plate") {
    const diagram = plateDiagram(program.model(options.model));
    return options.form === "svg" ? diagramSvg(diagram) : diagramText(diagram);
  }
  const chosen = chooseMember(program.model(options.model), data, options.member);
  const { model } = chosen;
  const bound = bindOrThrow(model, chosen.data, options, false);
  if (stage === "graph" || stage === "gradient") {
    const { graph, coordinates } = lowerLogDensity(loweringInput(program.core, model, bound), {
      scale: "unconstrained",
    });
    const density = select(graph, ["logDensity"]);
    if (stage === "graph") return printGraph(density);
    const wrt = coordinates.map((block) => block.input);
    return printGraph(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  }
  const { density } = planDensity(program.core, model, bound);
  if (stage === "once" || stage === "each") return printGraph(density[stage]);
  const { written } = (await createWasmEngine()).compile(density.each);
  switch (stage) {
    case "fused":
      return formatSchedule(written);
    case "wasm":
      return disassemble(written.bytes)
        .map(({ name, lines }) => [`${name}:`, ...lines.map((line) => `  ${line}`)].join("\n"))
        .join("\n\n");
    case "memory":
      return formatMemory(written);
  }
}

/** Groups in the order in which they run: "loop [434]: %3 mul, %4 add". */
function formatSchedule({ schedule }: WrittenModule): string {
  return schedule.groups
    .map(({ kind, loops, members, jobs }) => {
      const computed = [...new Set([...members, ...jobs.map((job) => job.node)])].sort((a, b) => a - b);
      const ops = computed.map((id) => `%${id} ${schedule.graph.nodes[id].op}`).join(", ");
      return `${kind}${loops.length === 0 ? "" : ` [${loops.join(", ")}]`}: ${ops}`;
    })
    .join("\n");
}

function formatMemory({ inputs, outputs, constants, pages }: WrittenModule): string {
  const lines = (title: string, places: WrittenModule["inputs"]): string[] =>
    places.map(
      ({ name, address, length, dtype }) =>
        `${String(address).padStart(9)}  ${title} ${name} : ${dtype}[${length}]`,
    );
  const all = [...lines("input", inputs), ...lines("output", outputs), ...lines("constant", constants)];
  return [...all.sort(), `${pages} pages of 64 KiB`].join("\n");
}
