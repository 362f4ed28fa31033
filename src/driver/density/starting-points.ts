/** Where chains start that are told where: unconstrained positions from values of some variables; the others as always. */
import { type Problem, ProblemError } from "../../base/problem.ts";
import { type RandomKey, randomSource } from "../../base/random.ts";
import type { LoweringInput } from "../../compiler/lower/lower-model.ts";
import { lowerStartingPoint } from "../../compiler/lower/starting-point.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import type { Engine, Executable } from "../../engines/engine.ts";
import type { DensityTarget } from "../../inference/target.ts";
import type { DensityPlan } from "./density-plan.ts";
import { noDensity, outsideSupport } from "./explain-start.ts";
import type { StartValues } from "./start-values.ts";

/** Choices of what was not given, until the density is finite. */
const mostAttempts = 100;

/** How far a value that comes back from its coordinates may be from the one given. */
const tolerance = 1e-6;

export interface StartContext {
  readonly input: LoweringInput;
  readonly plan: DensityPlan;
  readonly target: DensityTarget;
  readonly engine: Engine;
  /** Of the other coordinates. */
  readonly radius: number;
}

/**
 * A position for each chain, with the random numbers of its key. Throws `ProblemError` for values outside of their support, and where no
 * finite density is found.
 */
export function startingPositions(
  values: readonly StartValues[],
  keys: readonly RandomKey[],
  context: StartContext,
): readonly Float64Array[] {
  // Points mostly name the same variables.
  const placements = new Map<string, Placement>();
  try {
    return values.map((given, chain) => {
      const names = [...given.keys()].sort();
      const placement = placements.get(names.join()) ?? compilePlacement(new Set(names), context);
      placements.set(names.join(), placement);
      return positionFrom(given, keys[chain], placement, context);
    });
  } finally {
    for (const { executable } of placements.values()) executable.dispose();
  }
}

interface Placement {
  readonly executable: Executable;
  /** Replaces the coordinates of what is given. */
  place(position: Float64Array, given: StartValues): void;
}

function positionFrom(
  given: StartValues,
  key: RandomKey,
  { place }: Placement,
  context: StartContext,
): Float64Array {
  const { plan, target, radius } = context;
  const random = randomSource(key, 0);
  const position = new Float64Array(target.dimension);
  const gradient = new Float64Array(target.dimension);
  const isAll = plan.blocks.every(({ variable }) => given.has(variable));
  const attempts = isAll ? 1 : mostAttempts;
  let outside: Problem | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (let i = 0; i < position.length; i++) position[i] = radius * (2 * random.uniform() - 1);
    place(position, given);
    outside = outsideOf(given, position, target, context);
    if (outside !== undefined) continue;
    const density = target.logDensityAndGradient(position, gradient);
    if (Number.isFinite(density) && gradient.every(Number.isFinite)) return position;
  }
  throw new ProblemError([outside ?? noDensity(attempts)]);
}

function compilePlacement(names: ReadonlySet<string>, { input, plan, engine }: StartContext): Placement {
  const graph = optimize(lowerStartingPoint(input, names));
  const executable = engine.compile(graph);
  const known = Object.entries(plan.data).filter(([name]) => Object.hasOwn(graph.inputs, name));
  const place = (position: Float64Array, given: StartValues): void => {
    const inputs: Record<string, Float64Array> = Object.fromEntries(known);
    for (const { input: name, offset, length } of plan.blocks)
      if (Object.hasOwn(graph.inputs, name)) inputs[name] = position.slice(offset, offset + length);
    for (const [name, { values }] of given)
      if (Object.hasOwn(graph.inputs, `value/${name}`)) inputs[`value/${name}`] = values;
    const outputs = executable.run(inputs);
    for (const { input: name, offset } of plan.blocks)
      if (Object.hasOwn(outputs, name)) position.set(outputs[name], offset);
  };
  return { executable, place };
}

/** The first value that its coordinates do not give back, or that has no finite ones: it lies outside of the support, or on its edge. */
function outsideOf(
  given: StartValues,
  position: Float64Array,
  target: DensityTarget,
  { plan, input: { model } }: StartContext,
): Problem | undefined {
  const all = target.constrain(position);
  /** Of supports with as many coordinates as elements, the element's own. */
  const hasCoordinates = (name: string, element: number, length: number): boolean => {
    const own = plan.blocks.filter(({ variable }) => variable === name);
    const coordinates = own.flatMap((block) => [
      ...position.subarray(block.offset, block.offset + block.length),
    ]);
    return coordinates.length === length
      ? Number.isFinite(coordinates[element])
      : coordinates.every(Number.isFinite);
  };
  for (const { name, offset, shape } of target.variables) {
    const start = given.get(name);
    if (start === undefined) continue;
    const at = start.values.findIndex((value, i) => {
      const off = Math.abs(all[offset + i] - value);
      return (
        !(off <= tolerance * Math.max(1, Math.abs(value))) || !hasCoordinates(name, i, start.values.length)
      );
    });
    if (at >= 0) return outsideSupport(name, start.place, shape, at, start.values[at], model);
  }
  return undefined;
}
