/**
 * Steps of an ordered axis as one loop. The first steps are written out as always; where they turn out to be the same but for
 * what they look at (the elements before, row after row of an array, their own number), they become a scan over all steps.
 */

import type { Builder } from "../builder.ts";
import { paramsKey } from "../builder.ts";
import { equalShapes, type GraphNode, type NodeId } from "../graph.ts";
import { emitScan } from "../scan.ts";
import { equalTypes } from "../type-rules.ts";

/** So many steps are written out to see what they have in common. A loop looks back over two steps less. */
export const sampledSteps = 5;

/** Where those are too few: enough to look back over twelve months. */
export const sampledSeasons = 16;

/** What one step binds, as node per name: the same names in each step. */
export type StepResults = readonly NodeId[];

/**
 * The results of all `count` steps, stacked [count, …], given those of the first ones, `samples`. Undefined where these have not
 * enough in common, or where a later step would look outside an array.
 */
export function rollSteps(
  builder: Builder,
  samples: readonly StepResults[],
  count: number,
): readonly NodeId[] | undefined {
  const roll: Roll = { builder, samples, count, carries: [], xs: [], fixed: [], known: new Map() };
  const templates = samples[0].map((_, name) =>
    match(
      roll,
      samples.map((results) => results[name]),
    ),
  );
  if (!templates.every((template) => template !== undefined)) return undefined;
  if (samples[0].some((id) => builder.typeOf(id).dtype !== "float")) return undefined;
  return emitScan(builder, {
    length: count,
    carries: roll.carries.map(({ initial }) => initial),
    xs: roll.xs,
    fixed: roll.fixed,
    body(inner, given) {
      const made = new Map<Template, NodeId>();
      const make = (template: Template): NodeId => {
        const existing = made.get(template);
        if (existing !== undefined) return existing;
        const id =
          template.kind === "node"
            ? inner.emit(template.node.op, template.inputs.map(make), template.node.params)
            : template.kind === "row"
              ? inner.emit("reshape", [given.xs[template.at]], { shape: template.shape })
              : given[template.kind][template.at];
        made.set(template, id);
        return id;
      };
      const ys = templates.map(make);
      const next = roll.carries.map(({ source }) =>
        source.kind === "result" ? ys[source.at] : given.carries[source.at],
      );
      return { carries: next, ys };
    },
  }).ys;
}

/** What the steps have in common at one place. */
type Template =
  | { readonly kind: "carries" | "fixed"; readonly at: number }
  /** One row of an x, in that shape. */
  | { readonly kind: "row"; readonly at: number; readonly shape: readonly number[] }
  | { readonly kind: "node"; readonly node: GraphNode; readonly inputs: readonly Template[] };

interface Carry {
  readonly initial: NodeId;
  /** Its next value: a result of the step, or the carry of the step before. */
  readonly source: { readonly kind: "result" | "carry"; readonly at: number };
}

interface Roll {
  readonly builder: Builder;
  readonly samples: readonly StepResults[];
  readonly count: number;
  readonly carries: Carry[];
  readonly xs: NodeId[];
  readonly fixed: NodeId[];
  readonly known: Map<string, Template | undefined>;
}

/** `ids`: what stands at one place in each of the sampled steps. */
function match(roll: Roll, ids: readonly NodeId[]): Template | undefined {
  const key = ids.join(",");
  if (roll.known.has(key)) return roll.known.get(key);
  const template =
    matchFixed(roll, ids) ?? matchCarry(roll, ids) ?? matchRow(roll, ids) ?? matchNode(roll, ids);
  roll.known.set(key, template);
  return template;
}

function matchFixed({ fixed }: Roll, ids: readonly NodeId[]): Template | undefined {
  if (ids.some((id) => id !== ids[0])) return undefined;
  return { kind: "fixed", at: fixed.push(ids[0]) - 1 };
}

/** The result of `lag` steps ago. Up to the first that is one, the sampled steps have what was there before the loop. */
function matchCarry({ builder, samples, carries }: Roll, ids: readonly NodeId[]): Template | undefined {
  for (let lag = 1; lag <= samples.length - 2; lag++)
    for (let name = 0; name < samples[0].length; name++) {
      const isLagged = ids.every((id, step) => step < lag || id === samples[step - lag][name]);
      const type = builder.typeOf(samples[0][name]);
      if (!isLagged || !ids.slice(0, lag).every((id) => equalTypes(builder.typeOf(id), type))) continue;
      if (type.dtype !== "float") return undefined;
      // The newest first: each older one takes its value over. At step 0 the oldest holds what that step reads.
      const first = carries.length;
      for (let age = 1; age <= lag; age++)
        carries.push({
          initial: ids[lag - age],
          source: age === 1 ? { kind: "result", at: name } : { kind: "carry", at: first + age - 2 },
        });
      return { kind: "carries", at: first + lag - 1 };
    }
  return undefined;
}

/** Row after row of an array, or numbers that grow by the same amount in each step. */
function matchRow(roll: Roll, ids: readonly NodeId[]): Template | undefined {
  const { builder, count, xs } = roll;
  const nodes = ids.map(builder.nodeOf);
  const [first] = nodes;
  const { shape, dtype } = first.type;
  if (nodes.some((node) => node.op !== first.op || !equalTypes(node.type, first.type))) return undefined;
  if (first.op === "constant") {
    const values = nodes.map((node) => (node.op === "constant" ? node.params.values : []));
    const growth = values[1].map((value, at) => value - values[0][at]);
    if (values.some((each, step) => each.some((value, at) => value !== values[0][at] + step * growth[at])))
      return undefined;
    const all = Array.from({ length: count }, (_, step) =>
      values[0].map((value, at) => value + step * growth[at]),
    );
    return { kind: "row", at: xs.push(builder.constant(all.flat(), [count, ...shape], dtype)) - 1, shape };
  }
  if (first.op !== "slice") return undefined;
  const [array] = first.inputs;
  const starts = nodes.map((node) =>
    node.op === "slice" && node.inputs[0] === array ? node.params.start : [],
  );
  const axis = starts[1].findIndex((start, each) => start !== starts[0][each]);
  const isShifted = starts.every((start, step) =>
    equalShapes(
      start,
      starts[0].map((from, each) => (each === axis ? from + step : from)),
    ),
  );
  const from = starts[0][axis];
  if (axis < 0 || !isShifted || shape[axis] !== 1 || from + count > builder.typeOf(array).shape[axis])
    return undefined;
  const rows = builder.emit("slice", [array], {
    start: starts[0],
    limit: starts[0].map((start, each) => (each === axis ? from + count : start + shape[each])),
  });
  const others = shape.map((_, each) => each).filter((each) => each !== axis);
  const stacked = builder.emit("transpose", [rows], { permutation: [axis, ...others] });
  return { kind: "row", at: xs.push(stacked) - 1, shape };
}

function matchNode(roll: Roll, ids: readonly NodeId[]): Template | undefined {
  const nodes = ids.map(roll.builder.nodeOf);
  const [first] = nodes;
  if (first.op === "input" || first.inputs.length === 0) return undefined;
  const params = paramsKey(first.params);
  const isAlike = nodes.every(
    (node) =>
      node.op === first.op && node.inputs.length === first.inputs.length && paramsKey(node.params) === params,
  );
  if (!isAlike) return undefined;
  const inputs = first.inputs.map((_, at) =>
    match(
      roll,
      nodes.map((node) => node.inputs[at]),
    ),
  );
  return inputs.every((input) => input !== undefined) ? { kind: "node", node: first, inputs } : undefined;
}
