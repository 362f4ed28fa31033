/** Where each node's values come from when a loop or straight-line code asks for them. */
import { bug } from "../../base/bug.ts";
import { elementCount, type GraphNode, type NodeId } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";
import { isElementwise } from "./elementwise-code.ts";
import { type Space, type SpaceLimits, spaceOf } from "./space.ts";
import { isContiguous, isViewOp, type Layout, positionsOf, rowMajor, type View, viewLayout } from "./view.ts";

/**
 * - leaf: lies in memory before anything runs, or is a small constant.
 * - view: says where another node's values are.
 * - value: computed element by element in its own space.
 * - reduce, scatter: computed in the space of the operand; the result is complete when its loops are.
 * - parts: concat and pad whose operands go, each in its own space, to their places in memory.
 * - whole: has loops of its own (matmul, cumsum).
 */
export type Role = "leaf" | "view" | "value" | "reduce" | "scatter" | "parts" | "whole";

/** For each component of the node that was asked for: where it is. */
export type Access =
  /** Component `map[c]` of a node of the same space. */
  | { readonly kind: "fused"; readonly node: NodeId; readonly map: readonly number[] }
  /** Element `map[c]` of a node in straight-line code: the same in all iterations. */
  | { readonly kind: "straight"; readonly node: NodeId; readonly map: readonly number[] }
  /** In memory, at offsets[c] + Σ index · stride of each loop, in elements. */
  | {
      readonly kind: "memory";
      readonly base: NodeId;
      readonly offsets: readonly number[];
      readonly strides: readonly number[];
    };

export interface Accesses {
  readonly spaces: readonly Space[];
  readonly roles: readonly Role[];
  access(id: NodeId): Access;
  /** Where a view that has memory of its own is copied from. */
  source(id: NodeId): Access;
  /** The node's values in memory. */
  view(id: NodeId): View;
  /** Whether the values, if they are a view, lie one after the other. */
  isContiguous(id: NodeId): boolean;
}

/** `copied`: views that get memory of their own. More are added where a reshape needs them. */
export function createAccesses(
  nodes: readonly GraphNode[],
  copied: Set<NodeId>,
  limits: SpaceLimits,
): Accesses {
  const spaces = nodes.map(({ type }) => spaceOf(type.shape, limits));
  const views = nodes.map((_, id) => viewOf(id));
  const roles = nodes.map((node, id) => roleOf(spaces, copied, node, id));
  const known: Access[] = [];

  /** Through all view ops up to something that lies in memory. */
  function viewOf(id: NodeId): View {
    const node = nodes[id];
    const own: View = { base: id, ...rowMajor(node.type.shape) };
    if (!isViewOp(node)) return own;
    const [operand] = node.inputs;
    const { shape } = nodes[operand].type;
    const below = viewOf(operand);
    const layout = viewLayout(node, shape, below);
    // Also where the result is a copy: it is made from the operand, through strides.
    if (layout === undefined) copied.add(operand);
    if (copied.has(id)) return own;
    if (layout !== undefined) return { base: below.base, ...layout };
    return { base: operand, ...rowMajor(node.type.shape) };
  }

  function access(id: NodeId): Access {
    known[id] ??= findAccess(id);
    return known[id];
  }

  function findAccess(id: NodeId): Access {
    const node = nodes[id];
    const space = spaces[id];
    const identity = (): number[] => Array.from({ length: space.components }, (_, c) => c);
    switch (roles[id]) {
      case "value":
        return { kind: "fused", node: id, map: identity() };
      case "leaf":
        if (node.op === "constant" && space.key === "")
          return { kind: "straight", node: id, map: identity() };
        return memoryAccess(id);
      case "reduce":
        if (reducesAllLoops(node, space, spaces[node.inputs[0]]))
          return { kind: "straight", node: id, map: identity() };
        return memoryAccess(id);
      case "view":
        return throughOperand(node, space) ?? memoryAccess(id);
      case "scatter":
      case "parts":
      case "whole":
        return memoryAccess(id);
    }
  }

  function memoryAccess(id: NodeId, { base, offset, strides } = viewOf(id)): Access {
    const { loopAxes, componentAxes } = spaces[id];
    const { shape } = nodes[id].type;
    return {
      kind: "memory",
      base,
      offsets: positionsOf(
        componentAxes.map((axis) => shape[axis]),
        { offset, strides: componentAxes.map((axis) => strides[axis]) },
      ),
      strides: loopAxes.map((axis) => strides[axis]),
    };
  }

  /** The access of the operand where the loops are the same, or the operand is in straight-line code and the same in all. */
  function throughOperand(node: GraphNode, space: Space): Access | undefined {
    const [operand] = node.inputs;
    const map = componentMap(node, space, nodes[operand].type.shape, spaces[operand]);
    if (map === undefined) return undefined;
    const below = access(operand);
    const isSame = space.key === spaces[operand].key;
    switch (below.kind) {
      case "fused":
      case "straight":
        return {
          kind: isSame ? below.kind : "straight",
          node: below.node,
          map: map.map((component) => below.map[component]),
        };
      case "memory":
        return {
          kind: "memory",
          base: below.base,
          offsets: map.map((component) => below.offsets[component]),
          strides: isSame ? below.strides : space.loops.map(() => 0),
        };
    }
  }

  return {
    spaces,
    roles,
    access,
    source(id) {
      const node = nodes[id];
      const [operand] = node.inputs;
      const through = throughOperand(node, spaces[id]);
      if (through !== undefined) return through;
      const { base, ...layout } = viewOf(operand);
      const own =
        viewLayout(node, nodes[operand].type.shape, layout) ?? bug(`%${id} cannot be read through strides`);
      return memoryAccess(id, { base, ...own });
    },
    view: (id) => views[id],
    isContiguous: (id) => isContiguous(nodes[id].type.shape, views[id]),
  };
}

/** Whether the sum or maximum runs over all loops of the operand's space: then the result is known as values behind them. */
function reducesAllLoops(node: GraphNode, space: Space, operandSpace: Space): boolean {
  if (node.op !== "reduceSum" && node.op !== "reduceMax") return false;
  const { axes } = node.params;
  return space.key === "" && operandSpace.loopAxes.every((axis) => axes.includes(axis));
}

function roleOf(spaces: readonly Space[], copied: ReadonlySet<NodeId>, node: GraphNode, id: NodeId): Role {
  if (isViewOp(node)) return copied.has(id) ? "value" : "view";
  if (isElementwise(node.op)) return "value";
  const space = spaces[id];
  const isInside = (operand: NodeId): boolean =>
    space.key === spaces[operand].key && String(space.loopAxes) === String(spaces[operand].loopAxes);
  const [operand] = node.inputs;
  switch (node.op) {
    case "input":
    case "constant":
      return "leaf";
    case "gather":
      return "value";
    case "scatterAdd":
      return "scatter";
    case "reduceSum":
    case "reduceMax": {
      const { loopAxes, key } = spaces[operand];
      const overComponents = node.params.axes.every((axis) => !loopAxes.includes(axis));
      return overComponents && key === space.key ? "value" : "reduce";
    }
    case "cumsum":
      return space.componentAxes.includes(node.params.axis) && node.type.shape[node.params.axis] <= 32
        ? "value"
        : "whole";
    case "concat":
      return space.componentAxes.includes(node.params.axis) && node.inputs.every(isInside)
        ? "value"
        : "parts";
    case "pad": {
      const { before, after } = node.params;
      const isKept = space.loopAxes.every((axis) => before[axis] === 0 && after[axis] === 0);
      return isKept && isInside(operand) ? "value" : "parts";
    }
    default:
      return "whole";
  }
}

/**
 * For each component of a view op's result, the component of its operand (the element, where the operand is straight-line
 * code). Undefined where an iteration would need another iteration's values.
 */
function componentMap(
  node: GraphNode,
  space: Space,
  operandShape: Shape,
  operandSpace: Space,
): number[] | undefined {
  const isStraight = operandSpace.key === "";
  if (!isStraight && space.key !== operandSpace.key) return undefined;
  if (elementCount(node.type.shape) === 0) return [];
  if (node.op === "reshape" && space.key === operandSpace.key)
    return space.components === operandSpace.components
      ? Array.from({ length: space.components }, (_, c) => c)
      : undefined;
  const layout = viewLayout(node, operandShape, rowMajor(operandShape));
  if (layout === undefined) return undefined;
  const operandStrides = rowMajor(operandShape).strides;
  const isAligned = space.loopAxes.every((axis, loop) =>
    isStraight
      ? layout.strides[axis] === 0
      : layout.strides[axis] === operandStrides[operandSpace.loopAxes[loop]],
  );
  if (!isAligned) return undefined;
  const positions = positionsOf(
    space.componentAxes.map((axis) => node.type.shape[axis]),
    { offset: layout.offset, strides: space.componentAxes.map((axis) => layout.strides[axis]) },
  );
  const components = positions.map((position) =>
    componentOf(operandShape, operandStrides, operandSpace, position),
  );
  return components.every((component) => component !== undefined) ? components : undefined;
}

/** The component at that position of the first iteration; undefined if the position is in another iteration. */
function componentOf(
  shape: Shape,
  strides: Layout["strides"],
  { loopAxes, componentAxes }: Space,
  position: number,
): number | undefined {
  const index = shape.map((length, axis) => Math.floor(position / strides[axis]) % length);
  if (loopAxes.some((axis) => index[axis] !== 0)) return undefined;
  return componentAxes.reduce((flat, axis) => flat * shape[axis] + index[axis], 0);
}
