/**
 * The tfjs engine: a graph as calls of tfjs kernels, one by one, on one of tfjs's backends. f32, int32 and bool. Its memory is
 * released as planned when compiling; `engine().memory()` of tfjs does not see it, as no tfjs tensor is made.
 */
import { verifyGraph } from "../../compiler/verify.ts";
import type { Engine } from "../engine.ts";
import type { TfjsBackend } from "./backend-overrides.ts";
import { loadBackend, type TfjsPackages } from "./load-backend.ts";
import { lowerGraph } from "./lower-graph.ts";
import { prepareProgram } from "./run-program.ts";

export interface TfjsOptions {
  /** `wasm` is the faster one of those without a GPU for all but the smallest graphs; `cpu` is plain JavaScript. */
  readonly backend: TfjsBackend;
}

/**
 * Loads tfjs and the backend. Engines of both backends, and several of one, can be used side by side, also next to an
 * application's own use of tfjs. Throws a `ProblemError`, `engine-not-installed`, where a package is missing.
 */
export async function createTfjsEngine({ backend }: TfjsOptions, packages: TfjsPackages): Promise<Engine> {
  const loaded = await loadBackend(backend, packages);
  return {
    name: "tfjs",
    label: `tfjs (${backend})`,
    precisions: ["f32"],
    compile(graph) {
      verifyGraph(graph);
      const inputs = Object.entries(graph.inputs).map(([name, id]) => [name, graph.nodes[id].type]);
      return prepareProgram(lowerGraph(graph, backend), Object.fromEntries(inputs), loaded);
    },
  };
}
