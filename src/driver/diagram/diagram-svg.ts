/** A plate diagram as SVG: one file without scripts, styles from elsewhere or fonts of its own. */
import { layOutDiagram, type PlacedNode, type PlacedPlate } from "./diagram-layout.ts";
import type { PlateDiagram } from "./plate-diagram.ts";

export function diagramSvg({ title, root }: PlateDiagram): string {
  const { width, height, nodes, plates } = layOutDiagram(root);
  const byName = new Map(nodes.map((each) => [each.node.name, each]));
  const edges = nodes.flatMap((to) =>
    to.node.parents.flatMap((name) => {
      const from = byName.get(name);
      return from === undefined ? [] : [edge(from, to, nodes)];
    }),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="sans-serif" font-size="13" text-anchor="middle">`,
    `<title>${escaped(title)}</title>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#444"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...plates.map(plateBox),
    ...edges,
    ...nodes.map(shape),
    "</svg>",
  ].join("\n")}\n`;
}

function plateBox({ plate, x, y, width, height }: PlacedPlate): string {
  const dashes = plate.ordered ? ` stroke-dasharray="6 3"` : "";
  return [
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8" fill="none" stroke="#777"${dashes}/>`,
    `<text x="${round(x + width - 10)}" y="${round(y + height - 9)}" text-anchor="end" fill="#444">${escaped(plate.label)}</text>`,
  ].join("\n");
}

function shape({ node, x, y, halfWidth, halfHeight }: PlacedNode): string {
  const { kind, name, caption, recurs } = node;
  const box = `x="${round(x - halfWidth)}" y="${round(y - halfHeight)}" width="${round(2 * halfWidth)}" height="${round(2 * halfHeight)}"`;
  const oval = `cx="${round(x)}" cy="${round(y)}" rx="${round(halfWidth)}" ry="${round(halfHeight)}"`;
  const inner = `cx="${round(x)}" cy="${round(y)}" rx="${round(halfWidth - 3)}" ry="${round(halfHeight - 3)}"`;
  const outline = `stroke="#222" stroke-width="1.2"`;
  const shapes: Readonly<Record<typeof kind, string>> = {
    given: `<rect ${box} fill="#ddd" ${outline}/>`,
    learned: `<rect ${box} fill="white" ${outline}/>`,
    latent: `<ellipse ${oval} fill="white" ${outline}/>`,
    discrete: `<ellipse ${oval} fill="white" ${outline}/><ellipse ${inner} fill="none" ${outline}/>`,
    observed: `<ellipse ${oval} fill="#ddd" ${outline}/>`,
    computed: `<rect ${box} rx="12" fill="white" ${outline} stroke-dasharray="3 2"/>`,
    factor: `<rect ${box} fill="#222"/>`,
  };
  const words = (text: string, dy: number, style: string): string =>
    text === "" ? "" : `<text x="${round(x)}" y="${round(y + dy)}"${style}>${escaped(text)}</text>`;
  const label = recurs ? `${name} ↺` : name;
  const texts =
    kind === "factor"
      ? []
      : [words(label, caption === "" ? 4.5 : -1, ""), words(caption, 12, ' font-size="10.5" fill="#555"')];
  return [
    `<g><title>${escaped(`${kind}: ${name} ${caption}`.trim())}</title>`,
    shapes[kind],
    ...texts,
    "</g>",
  ].join("");
}

/** From border to border: straight, or in a bow around what is in the way. */
function edge(from: PlacedNode, to: PlacedNode, all: readonly PlacedNode[]): string {
  const inTheWay = all.filter((each) => each !== from && each !== to && isBetween(from, to, each));
  const isMutual = from.node.parents.includes(to.node.name);
  const bow = Math.max(isMutual ? 40 : 0, ...inTheWay.map(({ halfWidth }) => 2.4 * halfWidth));
  // The ways there and back bow to different sides.
  const isLeft = from.x === to.x ? from.y > to.y : from.x < to.x;
  const middle = { x: (from.x + to.x) / 2 + (isLeft ? -bow : bow), y: (from.y + to.y) / 2 };
  const [x1, y1] = border(from, bow === 0 ? to : middle);
  const [x2, y2] = border(to, bow === 0 ? from : middle);
  const bend = bow === 0 ? "L" : `Q${round(middle.x)} ${round(middle.y)} `;
  return `<path d="M${round(x1)} ${round(y1)} ${bend}${round(x2)} ${round(y2)}" fill="none" stroke="#444" marker-end="url(#arrow)"/>`;
}

/** Whether the line between the centres meets the node. */
function isBetween(from: PlacedNode, to: PlacedNode, node: PlacedNode): boolean {
  return Array.from({ length: 19 }, (_, step) => (step + 1) / 20).some(
    (part) =>
      Math.abs(from.x + (to.x - from.x) * part - node.x) < node.halfWidth &&
      Math.abs(from.y + (to.y - from.y) * part - node.y) < node.halfHeight,
  );
}

function border(
  { node, x, y, halfWidth, halfHeight }: PlacedNode,
  towards: { readonly x: number; readonly y: number },
): readonly [number, number] {
  const dx = towards.x - x;
  const dy = towards.y - y;
  if (dx === 0 && dy === 0) return [x, y];
  const isOval = node.kind === "latent" || node.kind === "discrete" || node.kind === "observed";
  const scale = isOval
    ? 1 / Math.hypot(dx / halfWidth, dy / halfHeight)
    : Math.min(halfWidth / Math.abs(dx), halfHeight / Math.abs(dy));
  return [x + dx * scale, y + dy * scale];
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
