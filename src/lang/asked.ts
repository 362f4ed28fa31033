import type { Asked } from "./core-expression.ts";

const names: Readonly<Record<Asked, true>> = {
  logpdf: true,
  logpmf: true,
  cdf: true,
  logcdf: true,
  logsurvival: true,
  quantile: true,
  mean: true,
  variance: true,
  sd: true,
};

export function isAsk(name: string): name is Asked {
  return Object.hasOwn(names, name);
}
