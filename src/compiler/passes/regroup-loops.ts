/**
 * Shortens the way from a carry to the next one. In ((c + a) + b) · u / v the parts that no carry goes into are put together, as
 * (c + (a + b)) · (u / v), so that `split-scans` computes them for all steps at once. The gradient of a loop is linear in its
 * carries, so that little else remains of it.
 */
import { type Arithmetic, arithmetic } from "../arithmetic.ts";
import { type Builder, createBuilder } from "../builder.ts";
import type { Graph, GraphNode, NodeId, NodeOf } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { hasScan } from "../scan.ts";
import { fitsStacked } from "./stack-node.ts";

/**
 * Precondition: numbers are real up to rounding. Sums and products are regrouped, and x / v becomes x · (1 / v), which is not the
 * same where 1 / v overflows.
 */
export function regroupLoops(graph: Graph): Graph {
  if (!hasScan(graph)) return graph;
  return rebuild(graph, (builder, node) =>
    node.op === "scan"
      ? builder.emit("scan", node.inputs, { ...node.params, body: regroup(node) })
      : emitSame(builder, node),
  );
}

/** core + free or core · free, where no carry goes into `free`; or the core alone. */
interface Form {
  readonly core: NodeId;
  readonly kind: "plain" | "sum" | "product";
  readonly free: NodeId;
}

function regroup({ params: { body, length, carries } }: NodeOf<"scan">): Graph {
  const inner = createBuilder();
  const math = arithmetic(inner);
  const forms: Form[] = [];
  const depends: boolean[] = [];
  const made = new Map<NodeId, NodeId>();
  let gained = 0;
  const value = (id: NodeId): NodeId => {
    const { core, kind, free } = forms[id];
    const known = made.get(id);
    if (known !== undefined) return known;
    const result = kind === "plain" ? core : kind === "sum" ? math.add(core, free) : math.mul(core, free);
    made.set(id, result);
    return result;
  };
  body.nodes.forEach((node, id) => {
    const isCarry = node.op === "input" && node.params.name.startsWith("carry/");
    depends.push(isCarry || node.inputs.some((input) => depends[input]));
    const step = depends[id] && fitsStacked(node.type.shape, length) ? stepOf(node, depends) : undefined;
    if (step === undefined) {
      const core = emitSame(inner, { ...node, inputs: node.inputs.map(value) });
      forms.push({ core, kind: "plain", free: core });
      return;
    }
    const form = forms[step.dependent];
    const continues =
      step.kind === "reshape"
        ? false
        : step.kind === form.kind || (step.kind === "sign" && form.kind !== "plain");
    if (continues || node.op === "div") gained += 1;
    forms.push(
      step.kind === "reshape" || (step.kind === "sign" && continues)
        ? mapped(inner, node, form)
        : extended(math, node, step, continues ? form : undefined, value),
    );
  });
  if (gained === 0 || carries === 0) return body;
  const outputs = Object.entries(body.outputs).map(([name, id]) => [name, value(id)]);
  return inner.finish(Object.fromEntries(outputs));
}

/** One operation on the way from a carry to the next: with a free operand, or a change of sign or shape. */
type WayStep =
  | { readonly kind: "sum" | "product"; readonly dependent: NodeId; readonly operand: NodeId }
  | { readonly kind: "sign" | "reshape"; readonly dependent: NodeId };

function stepOf({ op, inputs, type }: GraphNode, depends: readonly boolean[]): WayStep | undefined {
  if (type.dtype !== "float") return undefined;
  const [left, right] = inputs;
  if (op === "reshape") return { kind: "reshape", dependent: left };
  if (op === "neg") return { kind: "sign", dependent: left };
  if (op !== "add" && op !== "sub" && op !== "mul" && op !== "div") return undefined;
  const kind = op === "add" || op === "sub" ? "sum" : "product";
  if (depends[left] && !depends[right]) return { kind, dependent: left, operand: right };
  if (depends[left] || op === "sub" || op === "div") return undefined;
  return { kind, dependent: right, operand: left };
}

/** −(c + a) = −c + −a, −(c · a) = c · −a; a change of shape is one of both. */
function mapped(builder: Builder, node: GraphNode, { core, kind, free }: Form): Form {
  const change = (id: NodeId): NodeId => emitSame(builder, { ...node, inputs: [id] });
  const changedCore = node.op === "neg" && kind === "product" ? core : change(core);
  return { core: changedCore, kind, free: kind === "plain" ? changedCore : change(free) };
}

/** The form after one more operand; `form` is that before, if it is of the same kind. */
function extended(
  { add, sub, mul, div, neg, like }: Arithmetic,
  node: GraphNode,
  step: WayStep,
  form: Form | undefined,
  value: (id: NodeId) => NodeId,
): Form {
  const core = form?.core ?? value(step.dependent);
  if (!("operand" in step)) return { core, kind: "product", free: like(core, -1) };
  const { kind } = step;
  const operand = value(step.operand);
  switch (node.op) {
    case "add":
      return { core, kind, free: form ? add(form.free, operand) : operand };
    case "sub":
      return { core, kind, free: form ? sub(form.free, operand) : neg(operand) };
    case "mul":
      return { core, kind, free: form ? mul(form.free, operand) : operand };
    default:
      return { core, kind, free: div(form?.free ?? like(operand, 1), operand) };
  }
}
