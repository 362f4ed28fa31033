/** Log densities of single draws of observed variables. */
import type { CoreSite } from "../../lang/core.ts";
import type { NodeId } from "../graph.ts";
import type { Binding } from "./context.ts";
import { presentElements } from "./given.ts";
import type { ModelContext } from "./lower-model.ts";
import { boundArray, knownElements } from "./pieces.ts";
import { bindAt } from "./places.ts";
import { type LabelledFactor, rowDensities } from "./row-density.ts";
import { elementLogDensity } from "./site-density.ts";
import type { EnumeratedVariable } from "./sum-out.ts";
import type { Axis, Value } from "./value.ts";

/** Observed variables whose draws have no log density of their own. */
export interface Inseparable {
  readonly variables: readonly string[];
  readonly reason: string;
}

/** No name of a program can be it. */
function pointsName(variable: string): string {
  return `log density of ${variable}`;
}

export interface Pointwise {
  /** Binds the log density of every draw, NaN for what is missing, as if a statement of the program did. */
  record(site: CoreSite, value: Value, present: Value | undefined, here: ModelContext): void;
  /** After all statements: outputs `pointwise/<name>`, and what has none. */
  finish(
    context: ModelContext,
    factors: readonly LabelledFactor[],
    enumerated: readonly EnumeratedVariable[],
  ): { readonly outputs: Readonly<Record<string, NodeId>>; readonly inseparable: readonly Inseparable[] };
}

export function createPointwise(): Pointwise {
  /** Observed variables out of which discrete ones are summed. */
  const summed = new Set<string>();
  return {
    record(site, value, present, here) {
      const density = elementLogDensity(site, value, here, present, Number.NaN);
      if (density.axes.some(isEnumerated)) summed.add(site.variable);
      else bindAt(pointsName(site.variable), site.place, density, here);
    },
    finish(context, factors, enumerated) {
      const { model } = context.input;
      const outputs: Record<string, NodeId> = {};
      const inseparable: Inseparable[] = [];
      for (const { name } of model.variables) {
        const binding = context.scope.get(pointsName(name));
        const value =
          binding?.kind === "pieces"
            ? knownElements(binding, context)
            : binding && boundArray(binding, context);
        if (value !== undefined && !summed.has(name)) outputs[`pointwise/${name}`] = value.node;
      }
      if (summed.size > 0) {
        const presenceOf = (name: string): Value | undefined => presentElements(name, context);
        const ownOf = (name: string): Binding | undefined => context.scope.get(pointsName(name));
        for (const { variables, density } of rowDensities(context, factors, enumerated, presenceOf, ownOf)) {
          if (typeof density === "string") inseparable.push({ variables, reason: density });
          else outputs[`pointwise/${variables.join(", ")}`] = density.node;
        }
      }
      return { outputs, inseparable };
    },
  };
}

export function isEnumerated({ kind }: Axis): boolean {
  return kind === "enumerated";
}
