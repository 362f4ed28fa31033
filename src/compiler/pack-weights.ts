/** Small weights as pieces of one vector: an optimizer's update is then a few operations on it, and not as many for each of them. */
import { createBuilder } from "./builder.ts";
import { elementCount, type Graph, type NodeId } from "./graph.ts";
import { copyInto, emitSame } from "./rebuild.ts";

export interface PackedWeights {
  readonly graph: Graph;
  /** Its inputs that are weights now. */
  readonly weights: readonly PackedWeight[];
}

export interface PackedWeight {
  readonly input: string;
  /** The weights that lie in it, one after the other. */
  readonly parts: readonly string[];
}

/** Weights of so many elements and more stay by themselves: cutting them out of a vector would cost more than it saves. */
const large = 2 ** 15;

/**
 * `graph` has the output `gradient/<weight>` for every weight, and so has the result for what its weights are now. Its other
 * inputs and outputs stay.
 */
export function packWeights(graph: Graph, weights: readonly string[]): PackedWeights {
  const shapeOf = (name: string): readonly number[] => graph.nodes[graph.inputs[name]].type.shape;
  const small = weights.filter((name) => {
    const length = elementCount(shapeOf(name));
    return length > 0 && length < large;
  });
  if (small.length < 2) return { graph, weights: weights.map((input) => ({ input, parts: [input] })) };
  const input = freeName(graph);
  const builder = createBuilder();
  const lengths = small.map((name) => elementCount(shapeOf(name)));
  const vector = builder.input(input, {
    dtype: "float",
    shape: [lengths.reduce((sum, each) => sum + each, 0)],
  });
  let start = 0;
  const pieces = new Map<string, NodeId>();
  small.forEach((name, at) => {
    const limit = start + lengths[at];
    const piece = builder.emit("slice", [vector], { start: [start], limit: [limit] });
    pieces.set(name, builder.emit("reshape", [piece], { shape: shapeOf(name) }));
    start = limit;
  });
  const ids = copyInto(builder, graph, (target, node) => {
    const piece = node.op === "input" ? pieces.get(node.params.name) : undefined;
    return piece ?? emitSame(target, node);
  });
  const gradients = small.map((name, at) =>
    builder.emit("reshape", [ids[graph.outputs[`gradient/${name}`]]], { shape: [lengths[at]] }),
  );
  const outputs = Object.entries(graph.outputs).filter(
    ([name]) => !small.some((weight) => name === `gradient/${weight}`),
  );
  return {
    graph: builder.finish({
      ...Object.fromEntries(outputs.map(([name, id]) => [name, ids[id]])),
      [`gradient/${input}`]: builder.emit("concat", gradients, { axis: 0 }),
    }),
    weights: [
      ...weights.filter((name) => !small.includes(name)).map((name) => ({ input: name, parts: [name] })),
      { input, parts: small },
    ],
  };
}

function freeName({ inputs }: Graph): string {
  let name = "packed";
  while (Object.hasOwn(inputs, name)) name += "_";
  return name;
}
