/**
 * Algebraic simplification. Rules look at an op and at what its operands are, one or two nodes deep. They are applied
 * whenever a node is made, also a node that a rule makes, so one pass over the graph is enough.
 *
 * Precondition: the numbers are real numbers up to rounding. Sums and products with constants may be regrouped, the sign of
 * a zero may change, and a result that overflowed or was NaN may become the finite one that the formula means
 * (log(exp(x)) is x). x · 0 and x − x become 0 only where x is finite for certain.
 */
import { type Arithmetic, arithmetic } from "../arithmetic.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { elementCount, type Graph, type GraphNode, type NodeId, type NodeOf } from "../graph.ts";
import { inferType } from "../op-table.ts";
import type { OpName, OpParams, Shape } from "../ops.ts";
import { copyInto } from "../rebuild.ts";
import { arithmeticRules } from "./arithmetic-rules.ts";
import { productRules } from "./product-rules.ts";
import { type Rule, type Rules, viewOf } from "./rule.ts";
import { scalarOp } from "./scalar-ops.ts";
import { shapeRules } from "./shape-rules.ts";

export function simplify(graph: Graph): Graph {
  const builder = simplifyingBuilder(createBuilder());
  const ids = copyInto(builder, graph);
  return builder.finish(
    Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, ids[id]])),
  );
}

/** A builder that makes the simpler node where a rule knows one. */
function simplifyingBuilder(inner: Builder): Builder {
  const builder: Builder = {
    ...inner,
    emit(op, inputs, params) {
      const type = inferType(op, inputs.map(inner.typeOf), params);
      const node = { op, inputs, params, type } as NodeOf<typeof op>;
      return (
        ruleOf(op)?.(viewOf(math), node) ?? beforeBroadcast(math, node) ?? inner.emit(op, inputs, params)
      );
    },
    fill(value, shape, dtype = "float") {
      const scalar = inner.constant([value], [], dtype);
      return shape.length === 0 ? scalar : inner.emit("broadcast", [scalar], { shape, axes: [] });
    },
  };
  const math = arithmetic(builder);
  return builder;
}

const rules: Rules = { ...arithmeticRules, ...shapeRules, ...productRules };

function ruleOf<Op extends OpName>(op: Op): Rule<Op> | undefined {
  return (rules as { readonly [Name in OpName]?: Rule<Name> })[op];
}

/**
 * f(broadcast(x), broadcast(y)) = broadcast(f(x, y)) for elementwise f, which computes fewer elements. Single numbers fit
 * every other operand.
 */
function beforeBroadcast<Op extends OpName>(math: Arithmetic, node: NodeOf<Op>): NodeId | undefined {
  const { builder } = math;
  if (node.inputs.length === 0 || scalarOp(node as GraphNode) === undefined) return undefined;
  const broadcasts = node.inputs.map(builder.nodeOf).filter((operand) => operand.op === "broadcast");
  if (broadcasts.length < node.inputs.length) return undefined;
  const sources = broadcasts.map(({ inputs: [source], params }) => ({ source, axes: params.axes }));
  const { source, axes } = sources.find((each) => each.axes.length > 0) ?? sources[0];
  const shape = math.shapeOf(source);
  const fits = sources.every((each) => each.axes.length === 0 || String(each.axes) === String(axes));
  if (!fits || elementCount(shape) >= elementCount(node.type.shape)) return undefined;
  const operands = sources.map((each) => stretch(math, each.source, shape));
  return math.broadcast(builder.emit(node.op, operands, node.params as OpParams[Op]), node.type.shape, axes);
}

function stretch({ broadcast, shapeOf }: Arithmetic, x: NodeId, shape: Shape): NodeId {
  return shapeOf(x).length === shape.length ? x : broadcast(x, shape, []);
}
