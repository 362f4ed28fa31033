/** Tanh-sinh quadrature (Takahasi and Mori 1974): points between the ends of draws, with weights. */
import type { Case } from "./distribution-cases.ts";

const steps = 1_200;
const reach = 4.3;

/** Ascending; on both sides of a corner. */
export function nodesOf(each: Pick<Case, "low" | "high" | "corner">): { x: number; weight: number }[] {
  const { corner } = each;
  const nodes = (of: Pick<Case, "low" | "high">) =>
    Array.from({ length: steps + 1 }, (_, at) => node(of, -reach + (2 * reach * at) / steps));
  if (corner === undefined) return nodes(each);
  const above = nodes({ low: corner, high: Infinity });
  const below = above.map(({ x, weight }) => ({ x: 2 * corner - x, weight })).reverse();
  return [...below, ...above];
}

function node({ low, high }: Pick<Case, "low" | "high">, t: number): { x: number; weight: number } {
  const s = (Math.PI / 2) * Math.sinh(t);
  const slope = ((Math.PI / 2) * Math.cosh(t) * 2 * reach) / steps;
  if (high !== Infinity && low === -Infinity) return { x: high - Math.exp(-s), weight: Math.exp(-s) * slope };
  if (high !== Infinity) {
    const share = 1 / (1 + Math.exp(-2 * s));
    return { x: low + (high - low) * share, weight: (high - low) * 2 * share * (1 - share) * slope };
  }
  if (low !== -Infinity) return { x: low + Math.exp(s), weight: Math.exp(s) * slope };
  return { x: Math.sinh(s), weight: Math.cosh(s) * slope };
}
