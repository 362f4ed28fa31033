/** A plate diagram for the terminal: plates are boxes, and each node names what it depends on. */
import { type DiagramNode, isPlate, type NodeKind, type Plate, type PlateDiagram } from "./plate-diagram.ts";

const symbols: Readonly<Record<NodeKind, readonly [symbol: string, meaning: string]>> = {
  given: ["□", "given"],
  learned: ["■", "learned"],
  latent: ["○", "latent"],
  discrete: ["◎", "discrete latent"],
  observed: ["●", "observed"],
  computed: ["◇", "computed"],
  factor: ["▪", "factor"],
};

export function diagramText({ title, root }: PlateDiagram): string {
  const nodes = nodesOf(root);
  const columns = {
    name: Math.max(...nodes.map(({ name }) => name.length), 0),
    caption: Math.max(...nodes.map(({ caption }) => caption.length), 0),
  };
  const kinds = Object.entries(symbols).filter(([kind]) => nodes.some((node) => node.kind === kind));
  const legend = kinds.map(([, [symbol, meaning]]) => `${symbol} ${meaning}`).join("   ");
  return [title, "", ...lines(root, columns), "", `${legend}   ↺ depends on itself, earlier`]
    .join("\n")
    .replace(nodes.some(({ recurs }) => recurs) ? "" : "   ↺ depends on itself, earlier", "");
}

interface Columns {
  readonly name: number;
  readonly caption: number;
}

function lines({ items }: Plate, columns: Columns): string[] {
  return items.flatMap((item) => (isPlate(item) ? box(item, columns) : [line(item, columns)]));
}

function line({ kind, name, caption, parents, recurs }: DiagramNode, columns: Columns): string {
  const from = [...(recurs ? ["↺"] : []), ...parents].join(", ");
  const head = `${symbols[kind][0]} ${name.padEnd(columns.name)}  ${caption.padEnd(columns.caption)}`;
  return (from === "" ? head : `${head}  ← ${from}`).trimEnd();
}

function box(plate: Plate, columns: Columns): string[] {
  const inner = lines(plate, columns);
  const label = ` ${plate.ordered ? "for" : "plate"} ${plate.label} `;
  const width = Math.max(label.length + 2, ...inner.map((each) => each.length + 2));
  return [
    `┌─${label}${"─".repeat(width - label.length - 1)}┐`,
    ...inner.map((each) => `│ ${each.padEnd(width - 2)} │`),
    `└${"─".repeat(width)}┘`,
  ];
}

function nodesOf({ items }: Plate): DiagramNode[] {
  return items.flatMap((item) => (isPlate(item) ? nodesOf(item) : [item]));
}
