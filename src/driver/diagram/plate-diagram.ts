/** The structure of a model as a plate diagram has it: what depends on what, in which plates. */
import type { CoreModel } from "../../lang/core.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import { formatType } from "../../lang/format-type.ts";
import { formatSize } from "../../lang/size.ts";
import { distributionNames } from "../explain/outline.ts";

export type NodeKind = "given" | "learned" | "latent" | "discrete" | "observed" | "computed" | "factor";

export interface DiagramNode {
  readonly kind: NodeKind;
  readonly name: string;
  /** "~ Normal", "Positive[J]". */
  readonly caption: string;
  /** Names of the nodes that it depends on, in order of their appearance. */
  readonly parents: readonly string[];
  /** It depends on its own earlier elements. */
  readonly recurs: boolean;
}

export interface Plate {
  /** "j in J"; "" for the model itself. */
  readonly label: string;
  readonly ordered: boolean;
  /** In order of appearance. */
  readonly items: readonly (DiagramNode | Plate)[];
}

export interface PlateDiagram {
  readonly title: string;
  readonly root: Plate;
}

export function isPlate(item: DiagramNode | Plate): item is Plate {
  return "items" in item;
}

interface Open {
  readonly label: string;
  /** Plates over one size in one place are one box. */
  readonly size: string;
  ordered: boolean;
  readonly items: (Growing | Open)[];
}

interface Growing {
  kind: NodeKind;
  readonly name: string;
  caption: string;
  readonly reads: Set<string>;
}

export function plateDiagram(model: CoreModel): PlateDiagram {
  const root: Open = { label: "", size: "", ordered: false, items: [] };
  const nodes = new Map<string, Growing>();
  const homes = new Map<string, Open>();
  const put = (plate: Open, node: Omit<Growing, "reads">, reads: ReadonlySet<string>): void => {
    const known = nodes.get(node.name);
    if (known === undefined) {
      const made = { ...node, reads: new Set(reads) };
      nodes.set(node.name, made);
      homes.set(node.name, plate);
      plate.items.push(made);
      return;
    }
    for (const name of reads) known.reads.add(name);
    const home = homes.get(node.name) ?? root;
    if (depthOf(root, plate) <= depthOf(root, home)) return;
    // `x[0]` stands outside the axis that `x[t]` is in.
    home.items.splice(home.items.indexOf(known), 1);
    plate.items.push(known);
    homes.set(node.name, plate);
    known.caption = node.caption;
  };
  for (const { name, type } of model.inputs)
    put(root, { kind: "given", name, caption: formatType(type) }, new Set());
  let factors = 0;
  const walk = (statements: readonly CoreStatement[], plate: Open): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case "draw": {
          const site = model.sites.find(({ id }) => id === statement.site);
          if (site === undefined) break;
          const kind = site.observed ? "observed" : site.support.kind === "discrete" ? "discrete" : "latent";
          const caption = `~ ${[...new Set(distributionNames(site.distribution))].join(" or ")}`;
          put(plate, { kind, name: site.variable, caption }, namesIn([site.distribution, site.support]));
          break;
        }
        case "let":
          put(plate, { kind: "computed", name: statement.name, caption: "" }, namesIn(statement.value));
          break;
        case "factor":
          put(plate, { kind: "factor", name: `factor ${++factors}`, caption: "" }, namesIn(statement.value));
          break;
        case "learn":
          put(
            plate,
            { kind: "learned", name: statement.name, caption: formatType(statement.type) },
            new Set(),
          );
          break;
        case "learnNet":
          put(plate, { kind: "learned", name: statement.name, caption: statement.net }, new Set());
          break;
        case "if":
          walk(statement.then, plate);
          walk(statement.else, plate);
          break;
        case "axis":
          walk(statement.body, openPlate(plate, statement));
          break;
      }
    }
  };
  walk(model.body, root);
  const sizes = model.sizes.map(({ name }) => name).join(", ");
  return { title: `${model.name}${sizes === "" ? "" : `[${sizes}]`}`, root: close(root, [...nodes.keys()]) };
}

function openPlate(outer: Open, { index, to, ordered }: CoreAxisStatement): Open {
  const size = formatSize(to);
  const found = outer.items.find((item): item is Open => "items" in item && item.size === size);
  if (found !== undefined) {
    found.ordered ||= ordered;
    return found;
  }
  const made: Open = { label: `${index.replace(/#\d+$/, "")} in ${size}`, size, ordered, items: [] };
  outer.items.push(made);
  return made;
}

function depthOf(root: Open, plate: Open): number {
  if (root === plate) return 0;
  for (const item of root.items) {
    const depth = "items" in item ? depthOf(item, plate) : -1;
    if (depth >= 0) return depth + 1;
  }
  return -1;
}

function close({ label, ordered, items }: Open, order: readonly string[]): Plate {
  return {
    label,
    ordered,
    items: items.flatMap((item): readonly (DiagramNode | Plate)[] => {
      if ("items" in item) return item.items.length === 0 ? [] : [close(item, order)];
      const { kind, name, caption, reads } = item;
      return [
        {
          kind,
          name,
          caption,
          parents: order.filter((each) => each !== name && reads.has(each)),
          recurs: reads.has(name),
        },
      ];
    }),
  };
}

/** Every variable and learned net that is read anywhere in `value`. */
function namesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  if ("kind" in value && value.kind === "variable" && "name" in value && typeof value.name === "string")
    found.add(value.name);
  if ("instance" in value && typeof value.instance === "string") found.add(value.instance);
  if ("nets" in value && Array.isArray(value.nets)) for (const each of value.nets) found.add(each);
  // A distribution's definition has names of its own.
  for (const [key, each] of Object.entries(value))
    if (!["span", "type", "definition"].includes(key)) namesIn(each, found);
  return found;
}
