/** Loaded with `node --import`: the package's own name means its sources, so that no build is needed. */
import { registerHooks } from "node:module";

const library = new URL("../../src/index.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "ppl" ? { url: library, shortCircuit: true } : next(specifier, context),
});
