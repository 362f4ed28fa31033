/**
 * Which loops compute what, in which order. Nodes of one space join the earliest group of that space in which their operands
 * are known; groups run in order. Then, from the end, each group learns which of its values others need: what nothing needs
 * is never computed.
 */
import { bug } from "../../base/bug.ts";
import type { Graph, GraphNode, NodeId } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";
import { type Access, type Accesses, createAccesses } from "./access.ts";
import type { Space, SpaceLimits } from "./space.ts";
import { isViewOp } from "./view.ts";

/** Something a group does for a node: `part` is the operand's number, for concat and pad. */
export interface Job {
  readonly kind: "value" | "reduce" | "scatter" | "part" | "whole";
  readonly node: NodeId;
  readonly part: number;
}

export interface Group {
  readonly kind: "straight" | "loop" | "whole";
  readonly loops: Shape;
  /** What must be done, by ascending node: values that are stored or cross over, reductions, … */
  readonly jobs: readonly Job[];
  /** All values computed here, ascending. */
  readonly members: readonly NodeId[];
}

export interface Schedule {
  readonly graph: Graph;
  readonly accesses: Accesses;
  readonly groups: readonly Group[];
  /** Nodes that need memory, with the groups that write and read them. */
  readonly buffers: ReadonlyMap<NodeId, Lifetime>;
  /** Straight-line values that other groups of the same function read. */
  readonly crossing: ReadonlySet<NodeId>;
  /** Number of the group that computes a value. */
  groupOf(id: NodeId): number;
  /** Computed again in other groups of its space instead of stored. */
  isCheap(id: NodeId): boolean;
  /** Groups that share a function, in order; values cross from one function to another through memory. */
  readonly functions: readonly (readonly number[])[];
  /** Loops that are run in chunks: each is alone in its function. */
  readonly isSplit: (number: number) => boolean;
  /** Groups that read a node's memory, ascending. */
  readersOf(id: NodeId): readonly number[];
}

export interface Lifetime {
  first: number;
  last: number;
}

/** Vectors that one group, and one function, may roughly compute: compilers take their time over larger ones. */
const largestGroup = 3000;

interface OpenGroup {
  readonly space: Space;
  readonly kind: Group["kind"];
  readonly jobs: Job[];
  /** How many vectors it roughly computes. */
  work: number;
}

/** Of the groups that are scheduled, `chooseSplit` gives those loops that are to be run in chunks. */
export function schedule(
  graph: Graph,
  limits: SpaceLimits,
  chooseSplit: (plan: Schedule) => ReadonlySet<number>,
): Schedule {
  const { nodes } = graph;
  const accesses = createAccesses(nodes, copiesNeeded(graph, limits), limits);
  const { roles, spaces } = accesses;
  const groups: OpenGroup[] = [];
  const groupOf = new Map<NodeId, number>();
  // From which group on values can be read: inside the same space, and from anywhere.
  const fusedFrom: number[] = [];
  const readyFrom: number[] = [];

  const earliest = (space: Space, operands: readonly NodeId[]): number =>
    operands.reduce(
      (from, operand) =>
        Math.max(from, spaces[operand].key === space.key ? fusedFrom[operand] : readyFrom[operand]),
      0,
    );
  const join = (space: Space, from: number, job: Job, isAlone = false): number => {
    const kind = isAlone ? "whole" : space.key === "" ? "straight" : "loop";
    let number = isAlone ? -1 : findGroup(groups, space, kind, from);
    if (number < 0) number = groups.push({ space, kind, jobs: [], work: 0 }) - 1;
    groups[number].jobs.push(job);
    groups[number].work += 1 + Math.ceil(spaces[job.node].components / 2);
    return number;
  };

  nodes.forEach((node, id) => {
    const space = spaces[id];
    const { inputs } = node;
    switch (roles[id]) {
      case "leaf":
        fusedFrom[id] = readyFrom[id] = 0;
        return;
      case "view": {
        const [operand] = inputs;
        const access = accesses.access(id);
        readyFrom[id] = readyFrom[operand];
        fusedFrom[id] = access.kind === "fused" ? fusedFrom[operand] : readyFrom[operand];
        return;
      }
      case "value": {
        const from =
          node.op === "gather"
            ? Math.max(readyFrom[inputs[0]], earliest(space, [inputs[1]]))
            : isViewOp(node) && accesses.source(id).kind === "memory"
              ? readyFrom[inputs[0]]
              : earliest(space, inputs);
        const group = join(space, from, { kind: "value", node: id, part: 0 });
        groupOf.set(id, group);
        fusedFrom[id] = group;
        readyFrom[id] = group + 1;
        return;
      }
      case "reduce":
      case "scatter": {
        const kind = roles[id] === "reduce" ? "reduce" : "scatter";
        const within = spaces[inputs[inputs.length - 1]];
        const group = join(within, earliest(within, inputs), { kind, node: id, part: 0 });
        groupOf.set(id, group);
        fusedFrom[id] = readyFrom[id] = group + 1;
        return;
      }
      case "parts":
        fusedFrom[id] = readyFrom[id] =
          1 +
          Math.max(
            ...inputs.map((operand, part) =>
              join(spaces[operand], fusedFrom[operand], { kind: "part", node: id, part }),
            ),
          );
        return;
      case "whole": {
        const from = Math.max(0, ...inputs.map((operand) => readyFrom[operand]));
        const group = join(space, from, { kind: "whole", node: id, part: 0 }, true);
        groupOf.set(id, group);
        fusedFrom[id] = readyFrom[id] = group + 1;
      }
    }
  });

  const whole = findDemand(graph, accesses, groups, groupOf, new Set());
  const split = chooseSplit(whole);
  return split.size === 0 ? whole : findDemand(graph, accesses, groups, groupOf, split);
}

function findGroup(groups: readonly OpenGroup[], space: Space, kind: Group["kind"], from: number): number {
  for (let number = from; number < groups.length; number++) {
    const group = groups[number];
    if (group.kind === kind && group.space.key === space.key && group.work < largestGroup) return number;
  }
  return -1;
}

/**
 * Views that get memory of their own: outputs that are not whole arrays, operands of ops that want whole arrays, and operands
 * of reshapes that strides cannot express. A copy changes where the views of it lie, so they are all looked at again
 * until no copy is missing.
 */
function copiesNeeded(graph: Graph, limits: SpaceLimits): Set<NodeId> {
  const copied = new Set<NodeId>();
  let known = -1;
  while (copied.size > known) {
    known = copied.size;
    addCopies(graph, createAccesses(graph.nodes, copied, limits), copied);
  }
  return copied;
}

function addCopies(graph: Graph, accesses: Accesses, copied: Set<NodeId>): void {
  const isView = (id: NodeId): boolean => isViewOp(graph.nodes[id]) && !copied.has(id);
  for (const [id, node] of graph.nodes.entries())
    if (accesses.roles[id] === "whole" || node.op === "gather")
      for (const operand of node.op === "gather" ? [node.inputs[0]] : node.inputs)
        if (isView(operand) && !accesses.isContiguous(operand)) copied.add(operand);
  for (const id of Object.values(graph.outputs)) {
    const base = graph.nodes[accesses.view(id).base];
    if (isView(id) && (!accesses.isContiguous(id) || base.op === "input" || base.op === "constant"))
      copied.add(id);
  }
}

function findDemand(
  graph: Graph,
  accesses: Accesses,
  open: readonly OpenGroup[],
  groupOf: ReadonlyMap<NodeId, number>,
  split: ReadonlySet<number>,
): Schedule {
  const { nodes } = graph;
  const { roles, spaces } = accesses;
  const buffers = new Map<NodeId, Lifetime>();
  const crossing = new Set<NodeId>();
  const isCheap = cheapness(nodes, accesses);
  const functions = splitIntoFunctions(open, split);
  const functionOf = functions.flatMap((numbers, each) => numbers.map(() => each));

  const readers = new Map<NodeId, Set<number>>();

  const read = (base: NodeId, group: number): void => {
    const known = readers.get(base) ?? new Set();
    readers.set(base, known.add(group));
    const lifetime = buffers.get(base);
    if (lifetime === undefined) buffers.set(base, { first: group, last: group });
    else lifetime.last = Math.max(lifetime.last, group);
  };
  for (const id of Object.values(graph.outputs)) read(accesses.view(id).base, open.length);

  const groups: Group[] = [];
  for (let number = open.length - 1; number >= 0; number--) {
    const members = new Set<NodeId>();
    const cross = (id: NodeId): void => {
      const from = groupOf.get(id);
      if (from !== undefined && functionOf[from] === functionOf[number]) crossing.add(id);
      else read(id, number);
    };
    const use = (access: Access): void => {
      if (access.kind === "memory") {
        if (access.offsets.length > 0) read(access.base, number);
        return;
      }
      const { node } = access;
      if (access.kind === "straight") {
        if (roles[node] !== "leaf") cross(node);
      } else if (groupOf.get(node) === number) visit(node);
      else if (spaces[node].key === "") cross(node);
      else if (isCheap(node)) visit(node);
      else read(node, number);
    };
    const visit = (id: NodeId): void => {
      if (members.has(id)) return;
      members.add(id);
      for (const access of operandAccesses(nodes[id], id, accesses)) use(access);
      if (nodes[id].op === "gather") read(accesses.view(nodes[id].inputs[0]).base, number);
    };
    const jobs = open[number].jobs.filter(({ kind, node, part }) => {
      if (!buffers.has(node) && !crossing.has(node)) return false;
      const lifetime = buffers.get(node);
      if (lifetime !== undefined) lifetime.first = Math.min(lifetime.first, number);
      if (kind === "value") visit(node);
      else if (kind === "part") use(accesses.access(nodes[node].inputs[part]));
      else if (kind === "whole")
        for (const operand of nodes[node].inputs) read(accesses.view(operand).base, number);
      else for (const operand of nodes[node].inputs) use(accesses.access(operand));
      return true;
    });
    const { kind, space } = open[number];
    groups[number] = {
      kind,
      loops: space.loops,
      jobs,
      members: [...members].sort((a, b) => a - b),
    };
  }
  return {
    graph,
    accesses,
    groups,
    buffers,
    crossing,
    groupOf: (id) => groupOf.get(id) ?? bug(`%${id} is computed nowhere`),
    isCheap,
    functions,
    isSplit: (number) => split.has(number),
    readersOf: (id) => [...(readers.get(id) ?? [])].sort((a, b) => a - b),
  };
}

function splitIntoFunctions(groups: readonly OpenGroup[], split: ReadonlySet<number>): number[][] {
  const functions: number[][] = [[]];
  let work = 0;
  for (const [number, group] of groups.entries()) {
    const isAlone = split.has(number) || split.has(number - 1);
    if (work > 0 && (isAlone || work + group.work > largestGroup)) {
      functions.push([]);
      work = 0;
    }
    functions[functions.length - 1].push(number);
    work += group.work;
  }
  return functions;
}

/** What a value reads in its own space; of a gather, the indices. */
export function operandAccesses(node: GraphNode, id: NodeId, accesses: Accesses): Access[] {
  if (isViewOp(node)) return [accesses.source(id)];
  const operands = node.op === "gather" ? [node.inputs[1]] : node.inputs;
  return operands.map((operand) => accesses.access(operand));
}

const mostCheapSteps = 5;

/** A few additions and the like on values that are in memory or known before the loop. */
function cheapness(nodes: readonly GraphNode[], accesses: Accesses): (id: NodeId) => boolean {
  const known = new Map<NodeId, boolean>();
  /** What is left of the budget; below zero where it does not suffice. */
  const spend = (id: NodeId, budget: number): number => {
    let left = budget - costOf(nodes[id]);
    if (left < 0) return left;
    for (const access of operandAccesses(nodes[id], id, accesses)) {
      if (access.kind === "fused") left = spend(access.node, left);
      else if (access.kind === "memory") left -= 1;
      if (left < 0) return left;
    }
    return left;
  };
  return (id) => {
    const found = known.get(id) ?? (accesses.spaces[id].key !== "" && spend(id, mostCheapSteps) >= 0);
    known.set(id, found);
    return found;
  };
}

function costOf(node: GraphNode): number {
  switch (node.op) {
    case "add":
    case "sub":
    case "mul":
    case "neg":
    case "abs":
    case "min":
    case "max":
    case "less":
    case "lessEqual":
    case "equal":
    case "select":
    case "and":
    case "or":
    case "not":
    case "convert":
      return 1;
    default:
      return isViewOp(node) ? 0 : Number.POSITIVE_INFINITY;
  }
}
