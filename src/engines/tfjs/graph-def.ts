/** Kernel programs as nodes of a TensorFlow graph. Loops become `StatelessWhile` with two functions of the graph. */
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { DType, TensorType } from "../../compiler/ops.ts";
import { scanInputName } from "../../compiler/type-rules.ts";
import type { CallNode, InputNode, KernelProgram, LoopNode, ValueId } from "./kernel-program.ts";
import type { ElementType, NodeBuilder, TensorFlowAttributes, TensorRef } from "./tensorflow-graph.ts";
import { emitKernel } from "./tensorflow-ops.ts";

/** What floats are in the graph. */
export type FloatType = "float32" | "float64";

export interface EmitOptions {
  readonly float: FloatType;
  /**
   * Whether loops also hand the rows of y from step to step as variables: tfjs's executor releases, at the end of a step, what
   * the step does not give back, even where a list holds it.
   */
  readonly handsRowsOn: boolean;
}

export function elementTypeOf(dtype: DType, float: FloatType): ElementType {
  switch (dtype) {
    case "float":
      return float;
    case "int":
      return "int32";
    case "bool":
      return "bool";
  }
}

/** Emits the program; `input` gives the tensors of its inputs. Returns the tensor of every output. */
export function emitProgram(
  builder: NodeBuilder,
  { nodes, outputs }: KernelProgram,
  options: EmitOptions,
  input: (node: InputNode) => TensorRef,
): Readonly<Record<string, TensorRef>> {
  const { float } = options;
  /** Undefined for loops whose flat result nothing has read yet. */
  const refs: (TensorRef | undefined)[] = [];
  const loops = new Map<ValueId, readonly LoopPart[]>();
  const refOf = (id: ValueId): TensorRef => {
    const ref = refs[id] ?? joinFlat(builder, loops.get(id) ?? bug(`no value ${id}`), float);
    refs[id] = ref;
    return ref;
  };
  const operandOf = (id: ValueId) => ({
    ref: refOf(id),
    type: elementTypeOf(nodes[id].type.dtype, float),
    rank: nodes[id].type.shape.length,
  });
  for (const node of nodes) {
    const type = elementTypeOf(node.type.dtype, float);
    switch (node.kind) {
      case "input":
        refs.push(input(node));
        break;
      case "constant":
        refs.push(builder.constant(type, node.type.shape, node.values));
        break;
      case "call": {
        const part = partOfLoop(node, loops);
        refs.push(
          part === undefined
            ? emitKernel(builder, node, node.operands.map(operandOf), type)
            : flat(builder, part.ref, type),
        );
        break;
      }
      case "loop": {
        const operands = node.operands.map((id) => ({ ref: refOf(id), type: nodes[id].type }));
        loops.set(refs.length, emitLoop(builder, node, operands, options));
        refs.push(undefined);
      }
    }
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, refOf(id)]));
}

/** A carry or y of a loop, of so many elements in the flat result. */
interface LoopPart {
  readonly ref: TensorRef;
  readonly count: number;
}

/** The carry or y that a slice of a loop's flat result is, without joining and cutting. */
function partOfLoop(
  { kernel, operands: [loop], attributes, type }: CallNode,
  loops: ReadonlyMap<ValueId, readonly LoopPart[]>,
): LoopPart | undefined {
  const begin = kernel === "Slice" && Array.isArray(attributes.begin) ? attributes.begin[0] : undefined;
  let start = 0;
  return loops.get(loop)?.find(({ count }) => {
    start += count;
    return begin === start - count && elementCount(type.shape) === count;
  });
}

interface Variable {
  readonly ref: TensorRef;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * The variables of the loop: the step, the carries, a list of rows for each y, and, unchanged, xs and fixed; and at the end
 * perhaps a row of each y. Lists, as they are filled in place where a tensor would be copied in each step.
 */
function emitLoop(
  builder: NodeBuilder,
  loop: LoopNode,
  operands: readonly { readonly ref: TensorRef; readonly type: TensorType }[],
  options: EmitOptions,
): readonly LoopPart[] {
  const { float, handsRowsOn } = options;
  const { carries, length, reverse } = loop;
  const variables = operands.map(
    ({ ref, type }): Variable => ({ ref, type: elementTypeOf(type.dtype, float), shape: type.shape }),
  );
  const rows = Object.keys(loop.body.outputs)
    .filter((name) => name.startsWith("y/"))
    .map((_, at) => loop.body.nodes[loop.body.outputs[`y/${at}`]].type.shape);
  const lists = rows.map((shape): Variable => {
    const shapeRef = builder.constant("int32", [shape.length], shape);
    const count = builder.constant("int32", [], [length]);
    const ref = builder.add("TensorListReserve", [shapeRef, count], "handle", {
      element_dtype: { kind: "type", value: float },
      shape_type: { kind: "type", value: "int32" },
    });
    return { ref, type: "variant", shape: [] };
  });
  const step: Variable = { ref: builder.constant("int32", [], [0]), type: "int32", shape: [] };
  const handed = handsRowsOn
    ? rows.map((shape): Variable => ({ ref: builder.constant(float, shape, [0]), type: float, shape }))
    : [];
  const all = [step, ...variables.slice(0, carries), ...lists, ...variables.slice(carries), ...handed];
  const types = all.map(({ type }) => type);

  const condition = builder.addFunction(types, ["bool"], (body, [at]) => [
    body.add("Less", [at, body.constant("int32", [], [length])], "z", int32),
  ]);
  const body = builder.addFunction(types, types, (inner, parameters) => {
    const [at] = parameters;
    const carried = parameters.slice(1, 1 + carries);
    const filled = parameters.slice(1 + carries, 1 + carries + lists.length);
    const others = parameters.slice(1 + carries + lists.length, all.length - handed.length);
    const last = inner.constant("int32", [], [length - 1]);
    const t = reverse ? inner.add("Sub", [last, at], "z", int32) : at;
    const given = new Map<string, () => TensorRef>();
    operands.forEach((operand, position) => {
      const isX = position >= carries && position < carries + loop.xs;
      const ref = position < carries ? carried[position] : others[position - carries];
      const row = () => rowAt(inner, ref, elementTypeOf(operand.type.dtype, float), t);
      given.set(scanInputName(position, loop), isX ? row : () => ref);
    });
    const outputs = emitProgram(
      inner,
      loop.body,
      options,
      ({ name }) => given.get(name)?.() ?? bug(`a loop's body reads ${name}`),
    );
    const next = inner.add("AddV2", [at, inner.constant("int32", [], [1])], "z", int32);
    return [
      next,
      ...carried.map((_, position) => outputs[`carry/${position}`]),
      ...filled.map((list, position) =>
        inner.add("TensorListSetItem", [list, t, outputs[`y/${position}`]], "output_handle", {
          element_dtype: { kind: "type", value: float },
          resize_if_index_out_of_bounds: { kind: "bool", value: false },
        }),
      ),
      ...others,
      ...handed.map((_, position) => outputs[`y/${position}`]),
    ];
  });
  const loopNode = builder.add(
    "StatelessWhile",
    all.map(({ ref }) => ref),
    "output",
    {
      T: { kind: "types", value: types },
      cond: { kind: "function", value: condition },
      body: { kind: "function", value: body },
      output_shapes: { kind: "shapes", value: all.map(({ shape }) => shape) },
      parallel_iterations: { kind: "int", value: 1 },
    },
  );
  const result = (index: number): TensorRef => ({ ...loopNode, index, within: index });
  const finals = all
    .slice(1, 1 + carries)
    .map(({ shape }, at) => ({ ref: result(1 + at), count: elementCount(shape) }));
  const stacked = rows.map((shape, at) => {
    const handle = result(1 + carries + at);
    const shapeRef = builder.constant("int32", [shape.length], shape);
    const ref = builder.add("TensorListStack", [handle, shapeRef], "tensor", {
      element_dtype: { kind: "type", value: float },
      num_elements: { kind: "int", value: length },
    });
    return { ref, count: length * elementCount(shape) };
  });
  return [...finals, ...stacked];
}

const int32: TensorFlowAttributes = { T: { kind: "type", value: "int32" } };

function rowAt(builder: NodeBuilder, x: TensorRef, type: ElementType, t: TensorRef): TensorRef {
  return builder.add("GatherV2", [x, t, builder.constant("int32", [], [0])], "output", {
    Tparams: { kind: "type", value: type },
    Tindices: { kind: "type", value: "int32" },
    Taxis: { kind: "type", value: "int32" },
    batch_dims: { kind: "int", value: 0 },
  });
}

/** The elements of all tensors one after the other, as one axis. */
export function joinFlat(builder: NodeBuilder, parts: readonly LoopPart[], type: ElementType): TensorRef {
  const pieces = parts.filter(({ count }) => count > 0).map(({ ref }) => flat(builder, ref, type));
  if (pieces.length === 1) return pieces[0];
  const axis = builder.constant("int32", [], [0]);
  return builder.add("ConcatV2", [...pieces, axis], "output", {
    N: { kind: "int", value: pieces.length },
    T: { kind: "type", value: type },
    Tidx: int32.T,
  });
}

/** As one axis. */
function flat(builder: NodeBuilder, ref: TensorRef, type: ElementType): TensorRef {
  return builder.add("Reshape", [ref, builder.constant("int32", [1], [-1])], "output", {
    T: { kind: "type", value: type },
    Tshape: int32.T,
  });
}
