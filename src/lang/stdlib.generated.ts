// Generated from stdlib/*.ppl by scripts/embed-stdlib.ts; edit those files.
/** Module name → source text of the standard library. */
export const stdlibSources: Readonly<Record<string, string>> = {
  "std/nets": "/// One dense layer: x @ W + b, for a vector x. W starts Glorot-uniform, b at zero.\nnet dense[I](x: Real[I], O: Size) -> Real[O] {\n  learn W: Real[I, O] = glorot()\n  learn b: Real[O] = zeros()\n  x @ W + b\n}\n",
};
