/** Every stage of a program on its way to an engine, as text. */
import { differentiate } from "../../compiler/differentiate.ts";
import type { CoordinateBlock } from "../../compiler/lower/density-latents.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import { printGraph } from "../../compiler/print.ts";
import { createWasmEngine } from "../../engines/wasm/wasm-engine.ts";
import { indexLabel } from "../../inference/summary.ts";
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
    if (stage === "graph") return withImputed(printGraph(density), coordinates);
    const wrt = coordinates.map((block) => block.input);
    const gradient = differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" });
    return withImputed(printGraph(gradient), coordinates);
  }
  const { density, blocks } = planDensity(program.core, model, bound);
  if (stage === "once") return printGraph(density.once);
  if (stage === "each") return withImputed(printGraph(density.each), blocks);
  const executable = (await createWasmEngine()).compile(density.each);
  return executable.explain(stage).trimEnd();
}

/** Elements of a variable that are named. */
const mostNamed = 10;

/** Names the missing values that are latents: of the variable's own name there are the data and the coordinates. */
function withImputed(text: string, blocks: readonly CoordinateBlock[]): string {
  const lines = blocks.flatMap(({ input, variable, elements }) => {
    if (elements === undefined) return [];
    const { at, shape } = elements;
    const names = at.slice(0, mostNamed).map((position) => variable + indexLabel(shape, position));
    const more = at.length > mostNamed ? `, … ${at.length - mostNamed} more` : "";
    return [`// ${input}: latent, what the data lack of ${variable}: ${names.join(", ")}${more}`];
  });
  return [...lines, text].join("\n");
}
