/** Plate diagrams: what is in them, and that what is drawn can be read. */
import { describe, expect, test } from "vitest";
import { layOutDiagram } from "../../../src/driver/diagram/diagram-layout.ts";
import { diagramSvg } from "../../../src/driver/diagram/diagram-svg.ts";
import { diagramText } from "../../../src/driver/diagram/diagram-text.ts";
import {
  type DiagramNode,
  isPlate,
  type Plate,
  plateDiagram,
} from "../../../src/driver/diagram/plate-diagram.ts";
import { discretePrograms } from "../../compiler/lower/discrete-programs.ts";
import { loadModel } from "../../compiler/lower/load-model.ts";
import { samplePrograms } from "../../compiler/lower/programs.ts";
import { golden } from "../../golden.ts";

const everything = `model Everything[N, J, T, K = 3](x: Real[N], group: Nat[N], flag: Bool) {
  w ~ Dirichlet(ones(K))
  tau ~ HalfNormal(1)
  plate k in K { mu[k] ~ Normal(0, 10) }
  plate j in J {
    a[j] ~ Normal(0, tau)
    plate t in T { observe e[j, t] ~ Normal(a[j], 1) }
  }
  h[0] = 0.5
  for t in 1..T { h[t] = 0.9 * h[t-1] + tau; observe s[t] ~ Normal(h[t], 1) }
  if flag { b ~ Normal(0, 1) } else { b ~ Cauchy(0, 1) }
  plate n in N {
    z[n] ~ Categorical(w)
    eta[n] = a[group[n]] + b * x[n] + mu[z[n]]
    observe y[n] ~ Normal(eta[n], tau)
  }
  factor -0.1 * tau
}
`;

const programs = [...samplePrograms, ...discretePrograms, { name: "everything", text: everything }];

function nodesOf(plate: Plate): DiagramNode[] {
  return plate.items.flatMap((item) => (isPlate(item) ? nodesOf(item) : [item]));
}

test("what depends on what, in which plates", () => {
  const { root, title } = plateDiagram(loadModel(everything).model);
  expect(title).toBe("Everything[N, J, T, K]");
  const nodes = new Map(nodesOf(root).map((node) => [node.name, node]));
  expect(nodes.get("eta")).toMatchObject({ kind: "computed", parents: ["x", "group", "mu", "a", "b", "z"] });
  expect(nodes.get("y")).toMatchObject({ kind: "observed", caption: "~ Normal", parents: ["tau", "eta"] });
  expect(nodes.get("z")).toMatchObject({ kind: "discrete", parents: ["w"] });
  expect(nodes.get("b")).toMatchObject({ kind: "latent", caption: "~ Normal", parents: [] });
  expect(nodes.get("h")).toMatchObject({ recurs: true, parents: ["tau"] });
  const plates = root.items.filter(isPlate);
  expect(plates.map(({ label, ordered }) => [label, ordered])).toEqual([
    ["k in K", false],
    ["j in J", false],
    ["t in T", true],
    ["n in N", false],
  ]);
  // `h[0]` stands outside the loop, `h` in it.
  expect(nodesOf(plates[2]).map(({ name }) => name)).toEqual(["h", "s"]);
  expect(plates[1].items.filter(isPlate).map(({ label }) => label)).toEqual(["t in T"]);
});

test("on the terminal", async () => {
  await golden("diagram/everything.txt", {
    program: everything,
    diagram: diagramText(plateDiagram(loadModel(everything).model)),
  });
});

describe.each(programs)("$name", ({ text }) => {
  const diagram = plateDiagram(loadModel(text).model);
  const nodes = nodesOf(diagram.root);

  test("text and SVG have every variable once, and every dependence", () => {
    const { model } = loadModel(text);
    const names = new Set(nodes.map(({ name }) => name));
    for (const { name } of [...model.variables, ...model.inputs]) expect(names).toContain(name);
    expect(names.size).toBe(nodes.length);
    for (const { parents } of nodes) for (const parent of parents) expect(names).toContain(parent);
    const svg = diagramSvg(diagram);
    expect(svg.match(/marker-end/g)?.length ?? 0).toBe(
      nodes.reduce((sum, { parents }) => sum + parents.length, 0),
    );
    expect(svg.match(/<g>/g)?.length ?? 0).toBe(nodes.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    for (const { name } of nodes) expect(diagramText(diagram)).toContain(` ${name}`);
  });

  test("nothing lies on anything else, and everything in its plates", () => {
    const { nodes: placed, plates, width, height } = layOutDiagram(diagram.root);
    for (const { x, y, halfWidth, halfHeight } of placed) {
      expect(x - halfWidth).toBeGreaterThanOrEqual(0);
      expect(x + halfWidth).toBeLessThanOrEqual(width);
      expect(y - halfHeight).toBeGreaterThanOrEqual(0);
      expect(y + halfHeight).toBeLessThanOrEqual(height);
    }
    placed.forEach((a, index) => {
      for (const b of placed.slice(index + 1))
        expect(
          Math.abs(a.x - b.x) >= a.halfWidth + b.halfWidth ||
            Math.abs(a.y - b.y) >= a.halfHeight + b.halfHeight,
          `${a.node.name} ${b.node.name}`,
        ).toBe(true);
    });
    for (const { plate, x, y, width: wide, height: high } of plates) {
      const own = new Set(nodesOf(plate).map(({ name }) => name));
      for (const each of placed) {
        const isInside = each.x > x && each.x < x + wide && each.y > y && each.y < y + high;
        expect(isInside, `${each.node.name} in ${plate.label}`).toBe(own.has(each.node.name));
      }
    }
  });
});
