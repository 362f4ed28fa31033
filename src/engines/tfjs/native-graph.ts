/**
 * A program as a TensorFlow graph with few inputs and outputs, as each costs some microseconds in every call: small ones of one kind
 * travel together. f64 travels as pairs of int32, since the add-on passes neither in nor out what it calls float64.
 */
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import { elementTypeOf, emitProgram, type FloatType, joinFlat } from "./graph-def.ts";
import type { KernelProgram } from "./kernel-program.ts";
import type { Signature } from "./saved-model.ts";
import {
  createTensorFlowGraph,
  type ElementType,
  type NodeBuilder,
  type TensorFlowGraph,
  type TensorRef,
} from "./tensorflow-graph.ts";

/** Tensors of up to this many elements travel together: copying more would cost more than it saves. */
const mostShared = 1024;

export interface NativeGraph {
  readonly graph: TensorFlowGraph;
  readonly inputs: readonly Parcel[];
  readonly outputs: readonly Parcel[];
}

/** Some of the program's inputs or outputs, one after the other in one tensor. */
export interface Parcel {
  /** The tensor's name, spelled as graphs do. */
  readonly tensor: string;
  /** What the members are, and what crosses the border. */
  readonly type: ElementType;
  readonly wire: WireType;
  /** The shape on the wire. */
  readonly shape: readonly number[];
  readonly members: readonly Member[];
}

export type WireType = "float32" | "int32" | "bool";

export interface Member {
  readonly name: string;
  readonly type: TensorType;
  /** In elements. */
  readonly offset: number;
  readonly count: number;
}

export interface NativeGraphOptions {
  readonly float: FloatType;
  /** Whether f32 travels as int32 too, which the add-on leaves in the host's memory where it copies floats to a GPU and back. */
  readonly isGpu: boolean;
  /** Whether XLA compiles the whole, in the first run. */
  readonly xla: boolean;
}

export function nativeGraph(program: KernelProgram, options: NativeGraphOptions): NativeGraph {
  const { float, xla } = options;
  const { builder, graph } = createTensorFlowGraph();
  const inputTypes = program.nodes.flatMap((node) =>
    node.kind === "input" ? [[node.name, node.type] as const] : [],
  );
  const outputTypes = Object.entries(program.outputs).map(
    ([name, id]) => [name, program.nodes[id].type] as const,
  );
  const sent = parcelsOf(inputTypes, options);
  const received = parcelsOf(outputTypes, options);

  const emitAll = (inner: NodeBuilder, wires: readonly TensorRef[]): readonly TensorRef[] => {
    const given = new Map(sent.flatMap((parcel, at) => unpack(inner, parcel, wires[at])));
    const results = emitProgram(
      inner,
      program,
      { float, handsRowsOn: false },
      // Those without elements are not sent.
      ({ name, type: { dtype, shape } }) =>
        given.get(name) ?? inner.constant(elementTypeOf(dtype, float), shape, []),
    );
    return received.map((parcel) => pack(inner, parcel, results));
  };
  const placeholders = sent.map(({ wire, shape }) =>
    builder.add("Placeholder", [], "output", {
      dtype: { kind: "type", value: wire },
      shape: { kind: "shape", value: shape },
    }),
  );
  const results = xla
    ? callCompiled(builder, placeholders, sent, received, emitAll)
    : emitAll(builder, placeholders);
  const named = (parcels: readonly UnnamedParcel[], refs: readonly TensorRef[]): readonly Parcel[] =>
    parcels.map((parcel, at) => ({ ...parcel, tensor: `${refs[at].node}:${refs[at].index}` }));
  return { graph, inputs: named(sent, placeholders), outputs: named(received, results) };
}

/** As a function that XLA is to compile, or else to fail. */
function callCompiled(
  builder: NodeBuilder,
  operands: readonly TensorRef[],
  sent: readonly UnnamedParcel[],
  received: readonly UnnamedParcel[],
  build: (inner: NodeBuilder, wires: readonly TensorRef[]) => readonly TensorRef[],
): readonly TensorRef[] {
  const [given, results] = [sent, received].map((parcels) => parcels.map(({ wire }) => wire));
  const call = builder.add("PartitionedCall", operands, "output", {
    Tin: { kind: "types", value: given },
    Tout: { kind: "types", value: results },
    f: { kind: "function", value: builder.addFunction(given, results, build) },
    _XlaMustCompile: { kind: "bool", value: true },
  });
  return listed(call, results.length);
}

/** Its tensor is not there yet. */
type UnnamedParcel = Omit<Parcel, "tensor">;

function parcelsOf(
  types: readonly (readonly [string, TensorType])[],
  { float, isGpu }: NativeGraphOptions,
): readonly UnnamedParcel[] {
  const wireOf = (type: ElementType): WireType => {
    if (type === "bool" || type === "int32") return type;
    return type === "float32" && !isGpu ? "float32" : "int32";
  };
  return groups(types, float).map(({ type, members }) => {
    const count = members.reduce((sum, member) => sum + member.count, 0);
    return { type, wire: wireOf(type), shape: type === "float64" ? [count, 2] : [count], members };
  });
}

interface Group {
  readonly type: ElementType;
  readonly members: readonly Member[];
}

/** Nothing for those without elements. */
function groups(types: readonly (readonly [string, TensorType])[], float: FloatType): readonly Group[] {
  const shared = new Map<ElementType, Member[]>();
  const alone: Group[] = [];
  for (const [name, tensorType] of types) {
    const count = elementCount(tensorType.shape);
    const type = elementTypeOf(tensorType.dtype, float);
    if (count === 0) continue;
    if (count > mostShared) {
      alone.push({ type, members: [{ name, type: tensorType, offset: 0, count }] });
      continue;
    }
    const members = shared.get(type) ?? [];
    const last = members.at(-1);
    members.push({
      name,
      type: tensorType,
      offset: last === undefined ? 0 : last.offset + last.count,
      count,
    });
    shared.set(type, members);
  }
  return [...[...shared].map(([type, members]) => ({ type, members })), ...alone];
}

function unpack(
  builder: NodeBuilder,
  { type, wire, members }: UnnamedParcel,
  placeholder: TensorRef,
): readonly (readonly [string, TensorRef])[] {
  const whole = wire === type ? placeholder : bitcast(builder, placeholder, wire, type);
  const T = { kind: "type", value: type } as const;
  const int32 = { kind: "type", value: "int32" } as const;
  const parts =
    members.length === 1
      ? [whole]
      : listed(
          builder.add(
            "SplitV",
            [
              whole,
              builder.constant(
                "int32",
                [members.length],
                members.map(({ count }) => count),
              ),
              builder.constant("int32", [], [0]),
            ],
            "output",
            { T, Tlen: int32, num_split: { kind: "int", value: members.length } },
          ),
          members.length,
        );
  return members.map(({ name, type: { shape } }, at) => {
    if (shape.length === 1) return [name, parts[at]];
    const wanted = builder.constant("int32", [shape.length], shape);
    return [name, builder.add("Reshape", [parts[at], wanted], "output", { T, Tshape: int32 })];
  });
}

function pack(
  builder: NodeBuilder,
  { type, wire, members }: UnnamedParcel,
  results: Readonly<Record<string, TensorRef>>,
): TensorRef {
  const joined = joinFlat(
    builder,
    members.map(({ name, count }) => ({ ref: results[name], count })),
    type,
  );
  return wire === type ? joined : bitcast(builder, joined, type, wire);
}

/** The members of a node's one result, which is a list. */
function listed(node: TensorRef, length: number): readonly TensorRef[] {
  return Array.from({ length }, (_, index) => ({ ...node, index, within: index }));
}

function bitcast(builder: NodeBuilder, x: TensorRef, from: ElementType, to: ElementType): TensorRef {
  return builder.add("Bitcast", [x], "output", {
    T: { kind: "type", value: from },
    type: { kind: "type", value: to },
  });
}

/** What callers of the graph give and get. */
export function signatureOf({ inputs, outputs }: NativeGraph): Signature {
  const ports = (parcels: readonly Parcel[]): Signature["inputs"] =>
    Object.fromEntries(
      parcels.map(({ tensor, wire, shape }) => [tensor, { node: tensor, type: wire, shape }]),
    );
  return { inputs: ports(inputs), outputs: ports(outputs) };
}
