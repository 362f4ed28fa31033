/**
 * A program as a TensorFlow graph with few inputs and outputs, as each costs some microseconds in every call: small ones of one kind
 * travel together. f64 travels as pairs of int32, since the add-on passes neither in nor out what it calls float64.
 */
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import { elementTypeOf, emitProgram, type FloatType, joinFlat } from "./graph-def.ts";
import type { KernelProgram } from "./kernel-program.ts";
import type { Signature } from "./saved-model.ts";
import {
  createTensorFlowGraph,
  type ElementType,
  type NodeBuilder,
  spellInGraph,
  type TensorFlowGraph,
  type TensorRef,
} from "./tensorflow-graph.ts";

/** Tensors of up to this many elements travel together: copying more would cost more than it saves. */
const mostShared = 1024;

export interface NativeGraph {
  readonly graph: TensorFlowGraph;
  readonly signature: Signature;
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
}

export function nativeGraph(program: KernelProgram, { float, isGpu }: NativeGraphOptions): NativeGraph {
  const { builder, graph } = createTensorFlowGraph();
  const wireOf = (type: ElementType): WireType => {
    if (type === "bool" || type === "int32") return type;
    return type === "float32" && !isGpu ? "float32" : "int32";
  };
  const parcelsOf = (types: readonly (readonly [string, TensorType])[]): readonly Omit<Parcel, "tensor">[] =>
    groups(types, float).map(({ type, members }) => {
      const count = members.reduce((sum, member) => sum + member.count, 0);
      return { type, wire: wireOf(type), shape: type === "float64" ? [count, 2] : [count], members };
    });

  const given = new Map<string, TensorRef>();
  const inputTypes = program.nodes.flatMap((node) =>
    node.kind === "input" ? [[node.name, node.type] as const] : [],
  );
  const inputs = parcelsOf(inputTypes).map((parcel): Parcel => {
    const placeholder = builder.add("Placeholder", [], "output", {
      dtype: { kind: "type", value: parcel.wire },
      shape: { kind: "shape", value: parcel.shape },
    });
    for (const [name, ref] of unpack(builder, parcel, placeholder)) given.set(name, ref);
    return { ...parcel, tensor: `${spellInGraph(placeholder)}:0` };
  });

  const results = emitProgram(
    builder,
    program,
    float,
    ({ name }) => given.get(name) ?? bug(`no tensor for input ${name}`),
  );
  const outputTypes = Object.entries(program.outputs).map(
    ([name, id]) => [name, program.nodes[id].type] as const,
  );
  const outputs = parcelsOf(outputTypes).map((parcel): Parcel => {
    const parts = parcel.members.map(({ name, count }) => ({ ref: results[name], count }));
    const joined = joinFlat(builder, parts, parcel.type);
    const sent = parcel.wire === parcel.type ? joined : bitcast(builder, joined, parcel.type, parcel.wire);
    const named = builder.add("Identity", [sent], "output", { T: { kind: "type", value: parcel.wire } });
    return { ...parcel, tensor: `${spellInGraph(named)}:0` };
  });
  return { graph, signature: { inputs: ports(inputs), outputs: ports(outputs) }, inputs, outputs };
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
  { type, wire, members }: Omit<Parcel, "tensor">,
  placeholder: TensorRef,
): readonly (readonly [string, TensorRef])[] {
  const whole = wire === type ? placeholder : bitcast(builder, placeholder, wire, type);
  const T = { kind: "type", value: type } as const;
  const int32 = { kind: "type", value: "int32" } as const;
  const parts =
    members.length === 1
      ? [whole]
      : splitAt(
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

function splitAt(split: TensorRef, count: number): readonly TensorRef[] {
  return Array.from({ length: count }, (_, index) => ({ ...split, index, within: index }));
}

function bitcast(builder: NodeBuilder, x: TensorRef, from: ElementType, to: ElementType): TensorRef {
  return builder.add("Bitcast", [x], "output", {
    T: { kind: "type", value: from },
    type: { kind: "type", value: to },
  });
}

function ports(parcels: readonly Parcel[]): Signature["inputs"] {
  return Object.fromEntries(
    parcels.map(({ tensor, wire, shape }) => [
      tensor.replace(/:.*$/, ""),
      { node: tensor, type: wire, shape },
    ]),
  );
}
