import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { golden } from "../golden.ts";
import { cli, fakePosterior, fittedMembers, row } from "./fake-driver.ts";

const infer = ["infer", "model.ppl", "--data", "d.json"];

describe("usage", () => {
  test("--version and --help succeed on stdout", async () => {
    expect(await cli(["--version"])).toMatchObject({ code: 0, stdout: "9.9.9\n", stderr: "" });
    expect((await cli(["--help"])).stdout).toContain("Exit codes:");
  });

  test.each(["infer", "sample", "train", "check", "doctor"])("%s --help shows examples", async (command) => {
    const { code, stdout } = await cli([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`ppl ${command}`);
    expect(stdout).toContain("Examples:");
  });

  test.each([
    [[], "Usage: ppl"],
    [["infre"], "unknown command 'infre'"],
    [["infer"], "missing required argument 'file'"],
    [["infer", "model.ppl", "--sead", "1"], "Did you mean --seed?"],
    [["infer", "model.ppl", "--seed", "-1"], "Wanted a whole number, from 0 to 4294967295."],
    [["infer", "model.ppl", "--seed", "4294967296"], "Wanted a whole number"],
    [["infer", "model.ppl", "--draws", "1.5"], "Wanted a whole number, 1 or more."],
    [["infer", "model.ppl", "--strategy", "gibbs"], "Allowed choices are auto, nuts, svi."],
    [["infer", "model.ppl", "--target-accept", "1"], "Wanted a number between 0 and 1."],
    [["infer", "model.ppl", "--set", "J"], "like J=8"],
    [["infer", "model.ppl", "--set", "J=0"], "like J=8"],
    [["infer", "model.ppl", "--set", "J=8", "--set", "J=9"], "J is already 8."],
    [["infer", "model.ppl", "second.ppl"], "too many arguments"],
    [["train", "model.ppl", "--data", "d.json"], "required option '--out <file>' not specified"],
  ])("%j is a usage error: exit code 2, nothing done, nothing on stdout", async (args, message) => {
    const { code, stdout, stderr, calls } = await cli(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(calls).toEqual([]);
  });

  test("with --json usage errors are JSON on stdout", async () => {
    const { code, stdout, stderr } = await cli(["infer", "--json", "--nope"]);
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).problems).toMatchObject([
      { code: "usage", message: "unknown option '--nope'" },
    ]);
    const near = await cli(["infr", "--json"]);
    await golden("bad-input/usage.txt", { command: "ppl infr --json", output: near.stdout });
  });
});

describe("infer", () => {
  test("hands its options on, unset ones unset", async () => {
    const flags =
      "--seed 7 --chains 2 --warmup 0 --draws 5 --set J=8 --set K=3 --ignore-extra --parallel 2 --max-depth 8 --metric dense";
    const { code, calls } = await cli([
      ...infer,
      ...flags.split(" "),
      "--model",
      "M",
      "--target-accept",
      "0.9",
    ]);
    expect(code).toBe(0);
    expect(calls).toMatchObject([
      {
        verb: "infer",
        options: {
          strategy: "auto",
          engine: "auto",
          seed: 7,
          chains: 2,
          warmup: 0,
          draws: 5,
          parallel: 2,
          maxDepth: 8,
          metric: "dense",
          targetAccept: 0.9,
          model: "M",
          sizes: { J: 8, K: 3 },
          allowExtra: true,
        },
      },
    ]);
    const plain = await cli(infer);
    expect(plain.calls[0].options).toMatchObject({
      seed: undefined,
      chains: undefined,
      warmup: undefined,
      draws: undefined,
    });
  });

  test("shows a header, a table and the verdict with its reasons", async () => {
    const quality = { verdict: "caution", reasons: ["3 of 4000 transitions diverged"], numbers: {} } as const;
    const { stdout, stderr } = await cli(infer, {
      driver: { infer: async () => fakePosterior({ quality }) },
    });
    expect(stdout).toBe(
      [
        "EightSchools  nuts · reference · seed 1 · 0.50 s · 2 chains of 3 draws",
        "",
        "    mean    sd     5%   50%   95%   ess   rhat",
        "mu  4.41  3.31  -0.98  4.40  9.90  2210  1.001",
        "c   4.41  0.00  -0.98  4.40  9.90     -      -",
        "",
        "caution: read this before using these draws",
        "  - 3 of 4000 transitions diverged",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("");
  });

  test("predictions for other data follow, in the text and in the object", async () => {
    const asked = [...infer, "--predict", "new.json", "--anew", "J", "--anew", "K"];
    const { stdout, code } = await cli(asked);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(-6)).toEqual([
      "predictions · other items, drawn from the model: J, K",
      "",
      "      mean    sd    5%   50%    95%",
      "y[0]  5.00  3.74  0.50  5.00   9.50",
      "y[1]  6.00  3.74  1.50  6.00  10.50",
      "",
    ]);
    const { predictions } = JSON.parse((await cli([...asked, "--json"])).stdout);
    expect(predictions).toMatchObject({ anew: ["J", "K"], summary: { "y[0]": { mean: 5, q50: 5 } } });
    expect((await cli([...infer, "--anew", "J"])).code).toBe(2);
  });

  test("what cannot be answered is refused before anything long runs", async () => {
    const refuse = async (): Promise<never> => {
      const problem = { code: "cannot-predict", severity: "error", message: "no", labels: [] } as const;
      throw new ProblemError([problem]);
    };
    const loo = await cli([...infer, "--loo"], { driver: { checkLeaveOneOut: refuse } });
    const predict = await cli([...infer, "--predict", "new.json"], { driver: { checkPredictable: refuse } });
    for (const { code, calls } of [loo, predict]) {
      expect(code).toBe(2);
      expect(calls.filter(({ verb }) => verb === "infer")).toEqual([]);
    }
  });

  test("long tables are cut, and say so", async () => {
    const summary = Array.from({ length: 100 }, (_, i) => ({ ...row, name: `theta[${i}]` }));
    const { stdout } = await cli(infer, { driver: { infer: async () => fakePosterior({ summary }) } });
    expect(stdout).toContain("theta[39]");
    expect(stdout).not.toContain("theta[40]");
    expect(stdout).toContain("… 60 more rows; --json or --out has all");
  });

  test("a large variable leaves room for those that follow", async () => {
    const named = (name: string, length: number) =>
      Array.from({ length }, (_, i) => ({ ...row, name: `${name}[${i}]` }));
    const summary = [
      { ...row, name: "mu" },
      ...named("lambda", 1000),
      ...named("beta", 3),
      ...named("eta", 50),
      { ...row, name: "R0" },
    ];
    const { stdout } = await cli(infer, { driver: { infer: async () => fakePosterior({ summary }) } });
    const firsts = stdout.split("\n").flatMap((line) => line.match(/^(\S+\]|mu|R0|… \d+ more)/)?.[0] ?? []);
    const seventeen = (name: string) => Array.from({ length: 17 }, (_, i) => `${name}[${i}]`);
    expect(firsts).toEqual([
      "mu",
      ...seventeen("lambda"),
      "… 983 more",
      "beta[0]",
      "beta[1]",
      "beta[2]",
      ...seventeen("eta"),
      "… 33 more",
      "R0",
      "… 1016 more",
    ]);
    expect(stdout).toContain("… 1016 more rows; --json or --out has all");
  });

  test("--json prints one object, all rows, and null where there is no number", async () => {
    const { stdout, stderr } = await cli([...infer, "--json"]);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({
      model: "EightSchools",
      strategy: "nuts",
      engine: "reference",
      seed: 1,
      seconds: 0.5,
    });
    expect(Object.keys(printed.summary.mu)).toEqual([
      "mean",
      "sd",
      "q5",
      "q50",
      "q95",
      "ess",
      "ess_tail",
      "rhat",
      "mcse",
    ]);
    expect(printed.summary.c.rhat).toBeNull();
    expect(printed.quality).toEqual({ verdict: "good", reasons: [], divergences: 0 });
    expect(stderr).toBe("");
  });

  test("an output that could not be written is refused before anything runs", async () => {
    const { code, calls, stderr } = await cli([...infer, "--out", "/no/x.json"]);
    expect(code).toBe(2);
    expect(calls.map(({ verb }) => verb)).toEqual(["checkWritable"]);
    expect(stderr).toContain("error[output-unwritable]");
  });

  test("draws are written also when predictions cannot be made", async () => {
    const predict = async (): Promise<never> => {
      throw new ProblemError([{ code: "x", severity: "error", message: "no draws of Flat", labels: [] }]);
    };
    const { code, calls, stderr } = await cli([...infer, "--out", "x.json"], {
      driver: { infer: async () => fakePosterior({ predict }) },
    });
    expect(code).toBe(0);
    expect(calls.map(({ verb }) => verb)).toEqual(["checkWritable", "writeDraws"]);
    expect(stderr).toBe("no posterior predictive draws: no draws of Flat\nwrote x.json\n");
  });

  test("a .pplx is an artifact", async () => {
    const { calls, stdout } = await cli(["infer", "m.pplx", "--data", "d.json"]);
    expect(calls.map(({ verb }) => verb)).toEqual(["inferWithArtifact"]);
    expect(stdout).toContain("amortized");
  });

  test("Ctrl-C keeps the partial draws, writes them and exits with 130; twice quits", async () => {
    const pressed: (() => void)[] = [];
    const { code, stdout, stderr, calls } = await cli([...infer, "--out", "x.csv"], {
      onListen: (press) => pressed.push(press),
      driver: {
        infer: async (_program, _data, { signal }) => {
          expect(signal?.aborted).toBe(false);
          pressed[0]();
          expect(signal?.aborted).toBe(true);
          return fakePosterior({ interrupted: true });
        },
      },
    });
    expect(code).toBe(130);
    expect(calls.map(({ verb }) => verb)).toEqual(["checkWritable", "writeDraws"]);
    expect(stderr).toContain("wrote x.csv with the draws until the interruption");
    expect(stdout).toContain("· interrupted");

    const twice = await cli(infer, {
      onListen: (press) => pressed.push(press),
      driver: {
        infer: async () => {
          pressed[1]();
          pressed[1]();
          throw new ProblemError([
            { code: "interrupted", severity: "error", message: "stopped", labels: [] },
          ]);
        },
      },
    });
    expect(twice.code).toBe(130);
    expect(twice.calls).toEqual([{ verb: "kill", options: { code: 130 } }]);
  });
});

describe("problems", () => {
  test("go to stderr with the source line, exit code 2", async () => {
    const { code, stdout, stderr } = await cli(["infer", "broken.ppl"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("error[unknown-name]: unknown name `foo`");
    expect(stderr).toContain("broken.ppl:1:7");
    expect(stderr).toContain("1 error");
  });

  test("with --json to stdout, with line and column", async () => {
    const { code, stdout, stderr } = await cli(["infer", "broken.ppl", "--json"]);
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).problems).toMatchObject([
      { code: "unknown-name", labels: [{ source: "broken.ppl", line: 1, column: 7, start: 6, end: 9 }] },
    ]);
  });

  test("a missing model file names itself", async () => {
    const { code, stderr } = await cli(["check", "nope.ppl"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot read the model file `nope.ppl`: there is no such file");
  });

  test("our own faults are exit code 1 and show where they happened", async () => {
    const { code, stderr } = await cli(infer, {
      driver: {
        infer: async () => {
          throw new Error("internal error in ppl: x");
        },
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("internal error in ppl: x");
    expect(stderr).toContain("fake-driver");
  });
});

describe("export", () => {
  test("the form follows from the ending, and everything is told", async () => {
    const { code, stdout, calls } = await cli(["export", "model.ppl", "--data", "d.json", "--out", "m.onnx"]);
    expect(code).toBe(0);
    expect(stdout).toContain("gradient: float[3]");
    expect(stdout).toContain("wrote m.onnx");
    expect(calls.map(({ verb }) => verb)).toEqual(["checkExport", "exportModel", "writeExport"]);
    expect(calls[1].options.format).toBe("onnx");
  });

  test("a trained model, as JSON", async () => {
    const { stdout, calls } = await cli(["export", "vae.pplx", "--out", "web", "--batch", "8", "--json"]);
    expect(calls[1]).toMatchObject({ verb: "exportArtifact", options: { format: "graph-model", batch: 8 } });
    expect(JSON.parse(stdout)).toMatchObject({
      model: "M",
      out: "web",
      coordinates: ["mu", "theta[0]", "theta[1]"],
    });
  });
});

describe("the other commands", () => {
  test("check", async () => {
    const { code, stdout } = await cli(["check", "model.ppl"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      "model.ppl: no errors\n  EightSchools[J] takes sigma; draws mu, tau, theta; observes y\n",
    );
    expect((await cli(["check", "broken.ppl"])).code).toBe(2);
    const json = await cli(["check", "broken.ppl", "--json"]);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ problems: [{ code: "unknown-name" }], models: [] });
  });

  test("sample", async () => {
    const { stdout, calls } = await cli(["sample", "model.ppl", "--set", "N=2"]);
    expect(calls).toMatchObject([{ verb: "sample", options: { draws: 100, sizes: { N: 2 } } }]);
    expect(stdout).toContain("M  prior · seed 3 · 2 draws");
    expect(stdout).toMatch(/x\[0\] {2}2\.00 {2}1\.41 {2}1\.10 {2}2\.00 {2}2\.90/);
    const json = JSON.parse((await cli(["sample", "model.ppl", "--json"])).stdout);
    expect(json).toEqual({
      model: "M",
      seed: 3,
      draws: 2,
      variables: {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
    });
  });

  test("sample refuses to print more than a text can hold, and shows a part as a table", async () => {
    const draws = 101;
    const values = new Float64Array(draws * 100_000);
    const y = {
      name: "y",
      shape: [100_000],
      dimensions: ["N"],
      base: "real",
      values,
      observed: true,
    } as const;
    const driver = { sample: async () => ({ model: "M", seed: 3, draws, variables: [y] }) };
    const refused = await cli(["sample", "model.ppl", "--json"], { driver });
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).problems).toMatchObject([{ code: "too-much-to-print" }]);
    const command = "ppl sample model.ppl --set N=100000 --draws 101 --json";
    await golden("bad-input/too-much-to-print.txt", { command, output: refused.stdout });
    const shown = await cli(["sample", "model.ppl"], { driver });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("y[39]");
    expect(shown.stdout).toContain("… 99960 more rows");
  });

  test("train goes on from its checkpoint unless told otherwise, and removes it when done", async () => {
    const args = ["train", "model.ppl", "--data", "d.json", "--out", "m.pplx", "--batch", "32"];
    const { code, stdout, calls } = await cli(args);
    expect(code).toBe(0);
    expect(stdout).toContain("ELBO -85.123 nats per item\nwrote m.pplx");
    expect(calls).toMatchObject([
      { verb: "checkWritable", options: { path: "m.pplx" } },
      { verb: "train", options: { checkpoint: "m.pplx.checkpoint", resume: true, batchSize: 32 } },
      { verb: "writeArtifact", options: { path: "m.pplx" } },
      { verb: "removeFile", options: { path: "m.pplx.checkpoint" } },
    ]);
    expect((await cli([...args, "--restart"])).calls[1].options).toMatchObject({ resume: false });
  });

  test("doctor", async () => {
    const { code, stdout } = await cli(["doctor"]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "  tfjs:wasm  missing    not installed\n                        to enable: install the package",
    );
    expect(stdout).toContain("--engine auto\n  infer  wasm  compiled");
    expect(JSON.parse((await cli(["doctor", "--json"])).stdout).engines).toHaveLength(2);
  });
});

describe("members that learn for themselves", () => {
  const learning = { learnsPerMember: async () => true };

  test("train fits them and writes one file", async () => {
    const { code, stdout, calls } = await cli(
      ["train", "model.ppl", "--data", "folder", "--out", "m.pplx", "--steps", "50"],
      { driver: learning },
    );
    expect(code).toBe(0);
    expect(calls.find(({ verb }) => verb === "fitMembers")?.options).toMatchObject({ steps: 50 });
    expect(calls.at(-1)).toEqual({ verb: "writeFittedMembers", options: { path: "m.pplx" } });
    expect(stdout).toContain("Lines  wasm · seed 1 · 1 member");
    expect(stdout).toMatch(/^folder +-1\.500 +7$/m);
  });

  test("train draws their data from another family", async () => {
    const args = ["train", "model.ppl", "--members-from", "Tasks", "--members", "5", "--set", "K=3"];
    const { code, calls } = await cli([...args, "--out", "m.pplx"], { driver: learning });
    expect(code).toBe(0);
    const drawn = calls.find(({ verb }) => verb === "drawMembers")?.options;
    expect(drawn).toMatchObject({ from: "Tasks", members: 5, sizes: { K: 3 } });
  });

  test.each([
    [["train", "model.ppl", "--out", "m.pplx"], {}, "train-needs-data"],
    [["train", "model.ppl", "--out", "m.pplx"], learning, "train-needs-data"],
    [
      ["train", "model.ppl", "--data", "d.json", "--out", "m.pplx", "--members-from", "Tasks"],
      {},
      "no-member-parameters",
    ],
  ])("%j is refused", async (args, driver, problem) => {
    const { code, stderr } = await cli(args, { driver });
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });

  describe("infer", () => {
    const driver = { readTrained: () => fittedMembers(["0", "alice"]) };

    test("lists them", async () => {
      const { code, stdout } = await cli(["infer", "m.pplx"], { driver });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^0 +-1\.500 +7$/m);
      expect(stdout).toMatch(/^alice +-2\.500 +7 +not converged$/m);
      expect(stdout).toContain("caution: 1 of 2");
    });

    test("shows one, and predicts", async () => {
      const { code, stdout } = await cli(["infer", "m.pplx", "--member", "alice"], { driver });
      expect(code).toBe(0);
      expect(stdout).toContain("member alice · log density -2.500 · 7 steps · not converged");
      expect(stdout).toMatch(/^f +6 weights$/m);
      expect(stdout).toMatch(/^slope +2\.0000$/m);
      const args = ["infer", "m.pplx", "--member", "0", "--predict", "x.json", "--json"];
      const predicted = await cli(args, { driver });
      expect(predicted.calls.find(({ verb }) => verb === "predictMember")?.options).toMatchObject({
        member: "0",
        draws: 1000,
      });
      expect(JSON.parse(predicted.stdout)).toMatchObject({ name: "0", values: { slope: 2 } });
    });

    test.each([
      [["--member", "bob"], "no-such-member"],
      [["--predict", "x.json"], "no-such-member"],
      [["--data", "d.json"], "members-are-fitted"],
      [["--loo"], "members-are-fitted"],
      [["--member", "kind=sine"], "members-are-fitted"],
    ])("with %j is refused", async (args, problem) => {
      const { code, stderr } = await cli(["infer", "m.pplx", ...args], { driver });
      expect(code).toBe(2);
      expect(stderr).toContain(problem);
      if (args[0] === "--loo")
        await golden("bad-input/members-are-fitted.txt", {
          command: "ppl infer m.pplx --loo",
          message: stderr,
        });
    });
  });
});
