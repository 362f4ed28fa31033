/** A trained file holds all that its program imports: it answers alone, in another folder, as the program would where it stood. */
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeArtifact, encodeArtifact } from "../../../src/artifact/artifact.ts";
import { compile } from "../../../src/driver/compile.ts";
import { inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { type Folder, runHere, temporaryFolder } from "../../cli/real-cli.ts";

const main = `import { encoded } from "./nets/own.ppl"
import { Wide } from "./dists.ppl"

model Line[N, D] {
  learn decode = encoded[1](O: D)
  plate n in N {
    z[n]: Real[1] ~ Normal(0, 1)
    w[n] ~ Wide(0, 0.5)
    observe x[n]: Real[D] ~ Normal(decode(z[n]) + w[n], 0.5)
  }
}
`;
const nets = `import { mlp } from "std/nets"
import { narrow } from "../functions.ppl"

net encoded[I](x: Real[I], O: Size) -> Real[O] = mlp[I, O](x, [3]) * narrow(2)
`;
const functions = "def narrow(x: Positive): Positive = x / 2\n";
const dists = `dist Wide(loc: Real, scale: Positive) on Real {
  logpdf(x) = -log(2 * scale) - abs(x - loc) / scale
  draw(u: Unit) = loc - scale * sign(u - 0.5) * log1p(-2 * abs(u - 0.5))
}
`;
/** The same with what the library has. */
const libraryOnly = `import { mlp } from "std/nets"
import { Gumbel } from "std/distributions"

model Line[N, D] {
  learn decode = mlp[1, D](hidden: [3])
  plate n in N {
    z[n]: Real[1] ~ Normal(0, 1)
    w[n] ~ Gumbel(0, 0.5)
    observe x[n]: Real[D] ~ Normal(decode(z[n]) + w[n], 0.5)
  }
}
`;
const x = Array.from({ length: 40 }, (_, n) => [Math.sin(n), -Math.sin(n), 0.5 * Math.cos(n)]);
const asked = { x: x.slice(0, 2) };

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe("a program with imports answers from its trained file alone", () => {
  test("through the interface: bytes that come back as another artifact", async () => {
    const modules = [
      { name: "project/nets/own.ppl", text: nets },
      { name: "project/functions.ppl", text: functions },
      { name: "project/dists.ppl", text: dists },
    ];
    const { program, problems } = await compile({ name: "project/line.ppl", text: main, modules });
    expect(problems).toEqual([]);
    if (program === undefined) throw new Error("does not check");
    const artifact = await train(program, { x }, { steps: 30 });
    const again = decodeArtifact(encodeArtifact(artifact), "elsewhere.pplx");
    const [here, there] = [
      await inferWithArtifact(artifact, asked, { draws: 20 }),
      await inferWithArtifact(again, asked, { draws: 20 }),
    ];
    expect(there.variables.map(({ name }) => name)).toEqual(["z", "w"]);
    expect(there.variables).toEqual(here.variables);
  });

  test.each([
    ["its own files and the library's", { "line.ppl": main, "functions.ppl": functions, "dists.ppl": dists }],
    ["the library's nets and distributions", { "line.ppl": libraryOnly }],
  ])("on the command line: %s", async (_, files) => {
    mkdirSync(folder.file("project"));
    mkdirSync(folder.file("project/nets"));
    mkdirSync(folder.file("elsewhere"));
    for (const [name, text] of Object.entries(files)) folder.write({ [`project/${name}`]: text });
    folder.write({
      "project/nets/own.ppl": nets,
      "data.json": JSON.stringify({ x }),
      "asked.json": JSON.stringify(asked),
    });
    const trained = await runHere(folder, [
      ...["train", "./project/line.ppl", "--data", "./data.json"],
      ...["--steps", "30", "--out", "./project/line.pplx"],
    ]);
    expect(trained.stderr + trained.stdout).not.toContain("error");
    expect(trained.code).toBe(0);
    const answer = async (path: string): Promise<string> => {
      const args = ["--data", "./asked.json", "--draws", "20", "--out", "./draws.csv"];
      const { code, stderr } = await runHere(folder, ["infer", `./${path}`, ...args]);
      expect(stderr).not.toContain("error");
      expect(code).toBe(0);
      return readFileSync(folder.file("draws.csv"), "utf8");
    };
    const before = await answer("project/line.pplx");
    renameSync(folder.file("project/line.pplx"), folder.file("elsewhere/line.pplx"));
    renameSync(folder.file("project"), folder.file("gone"));
    expect(await answer("elsewhere/line.pplx")).toBe(before);
    expect(before.split("\n")[0]).toContain("w[1]");
  });
});
