/**
 * Where everything goes: a box at a time. What is in a box stands in rows, each item below all that it depends on; a plate is one
 * item of the box around it.
 */
import { type DiagramNode, isPlate, type Plate } from "./plate-diagram.ts";

export interface PlacedNode {
  readonly node: DiagramNode;
  /** Of the centre. */
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

export interface PlacedPlate {
  readonly plate: Plate;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  /** Outer ones first. */
  readonly plates: readonly PlacedPlate[];
}

const gap = { x: 28, y: 34 };
const padding = { x: 18, top: 16, bottom: 30 };
const letter = 7.2;
const smallLetter = 6;

export function layOutDiagram(root: Plate): Layout {
  const inner = layOutItems(root);
  const margin = 20;
  return {
    ...shifted(inner, margin, margin),
    width: inner.width + 2 * margin,
    height: inner.height + 2 * margin,
  };
}

function layOutItems({ items }: Plate): Layout {
  const blocks = items.map((item) => (isPlate(item) ? plateBlock(item) : nodeBlock(item)));
  const rows: number[][] = [];
  ranks(items).forEach((rank, index) => {
    while (rows.length <= rank) rows.push([]);
    rows[rank].push(index);
  });
  const widths = rows.map((row) =>
    row.reduce((sum, index) => sum + blocks[index].width, gap.x * Math.max(0, row.length - 1)),
  );
  const width = Math.max(0, ...widths);
  const centres = new Map<string, number>();
  const placed: Layout[] = [];
  let y = 0;
  rows.forEach((row, rank) => {
    const wish = (index: number): number =>
      meanOf(outsideParents(items[index]).flatMap((name) => centres.get(name) ?? []));
    const ordered = [...row].sort((a, b) => compare(wish(a), wish(b)) || a - b);
    const height = Math.max(...row.map((index) => blocks[index].height));
    let x = (width - widths[rank]) / 2;
    for (const index of ordered) {
      const block = shifted(blocks[index], x, y + (height - blocks[index].height) / 2);
      for (const { node, x: centre } of block.nodes) centres.set(node.name, centre);
      placed.push(block);
      x += blocks[index].width + gap.x;
    }
    y += height + gap.y;
  });
  return {
    width,
    height: Math.max(0, y - gap.y),
    nodes: placed.flatMap(({ nodes }) => nodes),
    plates: placed.flatMap(({ plates }) => plates),
  };
}

function nodeBlock(node: DiagramNode): Layout {
  const isFactor = node.kind === "factor";
  const words = Math.max(
    node.name.length * letter + (node.recurs ? 16 : 0),
    node.caption.length * smallLetter,
  );
  const halfWidth = isFactor ? 7 : Math.max(24, words / 2 + 14);
  const halfHeight = isFactor ? 7 : 22;
  return {
    width: 2 * halfWidth,
    height: 2 * halfHeight,
    nodes: [{ node, x: halfWidth, y: halfHeight, halfWidth, halfHeight }],
    plates: [],
  };
}

function plateBlock(plate: Plate): Layout {
  const inner = layOutItems(plate);
  const width = Math.max(inner.width, plate.label.length * letter + 8) + 2 * padding.x;
  const height = inner.height + padding.top + padding.bottom;
  const { nodes, plates } = shifted(inner, (width - inner.width) / 2, padding.top);
  return { width, height, nodes, plates: [{ plate, x: 0, y: 0, width, height }, ...plates] };
}

function shifted({ width, height, nodes, plates }: Layout, dx: number, dy: number): Layout {
  return {
    width,
    height,
    nodes: nodes.map((each) => ({ ...each, x: each.x + dx, y: each.y + dy })),
    plates: plates.map((each) => ({ ...each, x: each.x + dx, y: each.y + dy })),
  };
}

/** Of each item, the length of the longest way to it; ways back to what comes first, as of a series, do not count. */
function ranks(items: readonly (DiagramNode | Plate)[]): number[] {
  const owner = new Map(items.flatMap((item, index) => namesIn(item).map((name) => [name, index] as const)));
  const parents = items.map((item, index) => {
    const owners = outsideParents(item).flatMap((name) => owner.get(name) ?? []);
    return [...new Set(owners)].filter((each) => each !== index);
  });
  const forward = parents.map((own, index) =>
    own.filter((parent) => parent < index || !ancestorsOf(parents, parent).has(index)),
  );
  const known = new Map<number, number>();
  const rankOf = (index: number): number => {
    const rank = known.get(index) ?? Math.max(-1, ...forward[index].map(rankOf)) + 1;
    known.set(index, rank);
    return rank;
  };
  return items.map((_, index) => rankOf(index));
}

function ancestorsOf(parents: readonly (readonly number[])[], from: number): ReadonlySet<number> {
  const found = new Set<number>();
  const work = [from];
  for (let each = work.pop(); each !== undefined; each = work.pop())
    for (const parent of parents[each])
      if (!found.has(parent)) {
        found.add(parent);
        work.push(parent);
      }
  return found;
}

function namesIn(item: DiagramNode | Plate): string[] {
  return isPlate(item) ? item.items.flatMap(namesIn) : [item.name];
}

function outsideParents(item: DiagramNode | Plate): string[] {
  return isPlate(item) ? item.items.flatMap(outsideParents) : [...item.parents];
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** Those without a wish stay where they are. */
function compare(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? 0 : a - b;
}
