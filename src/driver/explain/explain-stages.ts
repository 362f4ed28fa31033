/** The stages that `explain` can show. */

/** Stage → what it shows. */
export const stages = {
  plate: "the plate diagram: what depends on what, in which plates; `--out` writes it as SVG",
  core: "the checked program: names, sizes and types resolved",
  graph: "the log density as lowered, before anything is done to it",
  gradient: "the same with its gradient, before optimization",
  once: "what depends on data alone and is computed once",
  each: "what is computed at every step, optimized",
  fused: "the loops that the wasm engine makes of it",
  wasm: "the WebAssembly functions, instruction by instruction",
  memory: "where arrays lie in the module's memory",
} as const;

export type Stage = keyof typeof stages;
