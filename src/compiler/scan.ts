/** Making scans and taking their results apart. */
import { type Builder, createBuilder } from "./builder.ts";
import { elementCount, equalShapes, type Graph, type NodeId } from "./graph.ts";
import type { Shape, TensorType } from "./ops.ts";
import { copyInto, emitSame, rebuild } from "./rebuild.ts";
import { scanInputName, scanOutputs } from "./type-rules.ts";

export interface ScanParts<T = NodeId> {
  /** After the last step. */
  readonly carries: readonly T[];
  /** One row per step: [length, …]. */
  readonly ys: readonly T[];
}

export interface ScanRequest {
  readonly length: number;
  /** From the last step to the first; default: from the first. */
  readonly reverse?: boolean;
  /** Float values before the first step. */
  readonly carries: readonly NodeId[];
  /** [length, …], read row by row. */
  readonly xs?: readonly NodeId[];
  /** The same in every step. All that the body reads from outside must be listed here or in `xs`. */
  readonly fixed?: readonly NodeId[];
  /** One step, made in a builder of its own: the next carries, of their types, and what is to be stacked. */
  readonly body: (inner: Builder, given: ScanInputs) => ScanParts;
  /** Nodes of the body whose values a row of x has, in some shape: it takes their place. Read after `body` was called. */
  readonly known?: ReadonlyMap<NodeId, number>;
}

export interface ScanInputs {
  readonly carries: readonly NodeId[];
  /** One row of each. */
  readonly xs: readonly NodeId[];
  readonly fixed: readonly NodeId[];
}

/** Emits a loop and gives its results in their shapes. Throws where the body does not fit its operands. */
export function emitScan(builder: Builder, request: ScanRequest): ScanParts {
  const { length, reverse = false, carries, xs = [], fixed = [] } = request;
  const counts = { carries: carries.length, xs: xs.length };
  const operands = [...carries, ...xs, ...fixed];
  const body = scanBody(
    operands.map((operand, at) => {
      const { dtype, shape } = builder.typeOf(operand);
      const isRow = at >= carries.length && at < carries.length + xs.length;
      return { dtype, shape: isRow ? shape.slice(1) : shape };
    }),
    counts,
    request.body,
  );
  const short = request.known === undefined ? body : withKnown(body, request.known);
  const scan = builder.emit("scan", operands, { body: short, length, reverse, ...counts });
  return scanParts(builder, scan, body, length);
}

function withKnown(body: Graph, known: ReadonlyMap<NodeId, number>): Graph {
  return rebuild(body, (builder, node, id) => {
    const row = known.get(id);
    if (row === undefined) return emitSame(builder, node);
    const input = builder.input(`x/${row}`, body.nodes[body.inputs[`x/${row}`]].type);
    const { shape } = node.type;
    return equalShapes(builder.typeOf(input).shape, shape)
      ? input
      : builder.emit("reshape", [input], { shape });
  });
}

/** A body with inputs of the given types, one per operand. */
export function scanBody(
  types: readonly TensorType[],
  counts: { readonly carries: number; readonly xs: number },
  make: ScanRequest["body"],
): Graph {
  const inner = createBuilder();
  const inputs = types.map((type, at) => inner.input(scanInputName(at, counts), type));
  const { carries, ys } = make(inner, {
    carries: inputs.slice(0, counts.carries),
    xs: inputs.slice(counts.carries, counts.carries + counts.xs),
    fixed: inputs.slice(counts.carries + counts.xs),
  });
  return inner.finish(namedOutputs({ carries, ys }));
}

/** Makes the body's nodes in that builder, reading the given nodes in place of its inputs. */
export function copyBody(
  builder: Builder,
  body: Graph,
  counts: { readonly carries: number; readonly xs: number },
  inputs: readonly NodeId[],
): NodeId[] {
  const byName = new Map(inputs.map((id, at) => [scanInputName(at, counts), id]));
  return copyInto(builder, body, (target, inner) => {
    const known = inner.op === "input" ? byName.get(inner.params.name) : undefined;
    return known ?? emitSame(target, inner);
  });
}

export function hasScan({ nodes }: Graph): boolean {
  return nodes.some(({ op }) => op === "scan");
}

/** A body's outputs by name. */
export function namedOutputs({ carries, ys }: ScanParts): Record<string, NodeId> {
  return Object.fromEntries([
    ...carries.map((id, at) => [`carry/${at}`, id] as const),
    ...ys.map((id, at) => [`y/${at}`, id] as const),
  ]);
}

export interface Part {
  /** Where it starts in the flat result. */
  readonly start: number;
  readonly shape: Shape;
}

/** Where the parts of a scan's flat result are. */
export function scanLayout(body: Graph, length: number): ScanParts<Part> {
  const { carries, ys } = scanOutputs(body);
  let start = 0;
  const place = (shape: Shape): Part => {
    const part = { start, shape };
    start += elementCount(shape);
    return part;
  };
  return {
    carries: carries.map(({ shape }) => place(shape)),
    ys: ys.map(({ shape }) => place([length, ...shape])),
  };
}

/** The parts of a flat tensor laid out like the result of that scan, in their shapes. */
export function scanParts(builder: Builder, flat: NodeId, body: Graph, length: number): ScanParts {
  const part = ({ start, shape }: Part): NodeId => {
    const taken = builder.emit("slice", [flat], { start: [start], limit: [start + elementCount(shape)] });
    return builder.emit("reshape", [taken], { shape });
  };
  const { carries, ys } = scanLayout(body, length);
  return { carries: carries.map(part), ys: ys.map(part) };
}

/** Tensors as one flat one, in that order. */
export function joinFlat(builder: Builder, parts: readonly NodeId[]): NodeId {
  const flat = parts.map((id) =>
    builder.emit("reshape", [id], { shape: [elementCount(builder.typeOf(id).shape)] }),
  );
  return flat.length === 0 ? builder.constant([], [0]) : builder.emit("concat", flat, { axis: 0 });
}
