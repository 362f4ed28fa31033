/** A driver without a compiler: knows its files by name, records what it was asked, and answers at once. */

import type { FittedMembers } from "../../src/artifact/fitted-members.ts";
import { ProblemError } from "../../src/base/problem.ts";
import type { CliContext, Output } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { explainData } from "../../src/data/explain-data.ts";
import { membersOf } from "../../src/data/members-file.ts";
import { rawDataFromValues } from "../../src/data/parse-json-data.ts";
import type { Driver, Posterior, SummaryRow, TrainedModel } from "../../src/driver/api-types.ts";
import { firstEdition } from "../../src/driver/edit/edition.ts";
import { stages } from "../../src/driver/explain/explain-stages.ts";
import { outline } from "../../src/driver/explain/outline.ts";
import type { Exported, ExportFormat } from "../../src/driver/export/export-formats.ts";
import { recheck } from "../../src/lang/check/recheck.ts";
import { noModules } from "../../src/lang/modules/load-modules.ts";
import { eightSchools } from "../data/models.ts";
import { smallPosterior } from "../data/posteriors.ts";

export const row: SummaryRow = {
  name: "mu",
  mean: 4.4132,
  sd: 3.3067,
  q5: -0.98,
  q50: 4.4,
  q95: 9.9,
  ess: 2210.4,
  essTail: 1800,
  rhat: 1.0012,
  mcse: 0.07,
};

export function fakePosterior(rest: Partial<Posterior> = {}): Posterior {
  const posterior: Posterior = {
    ...smallPosterior,
    summary: [row, { ...row, name: "c", sd: 0, rhat: Number.NaN, ess: Number.NaN }],
    discrete: [],
    quality: { verdict: "good", reasons: [], numbers: { divergences: 0 } },
    predict: async () => posterior,
    predictAt: async (_data, { anew = [] } = {}) => ({
      variables: [{ ...smallPosterior.predictive[0], name: "y" }],
      anew,
      constantData: [],
    }),
    leaveOneOut: async () => ({
      elpd: -30.76,
      standardError: 1.41,
      effectiveParameters: 0.93,
      observations: 2,
      pointwise: Float64Array.of(-15, -15.76),
      kHats: Float64Array.of(0.2, 0.91),
      names: ["y[0]", "y[1]"],
      untrusted: ["y[1]"],
      onInferred: [],
      logLikelihood: [],
    }),
    ...rest,
  };
  return posterior;
}

function fakeExport(format: ExportFormat): Exported {
  return {
    model: "M",
    what: "log density",
    format,
    precision: "f64",
    inputs: { position: { dtype: "float", shape: [3] } },
    outputs: { logDensity: { dtype: "float", shape: [] }, gradient: { dtype: "float", shape: [3] } },
    coordinates: ["mu", "theta[0]", "theta[1]"],
    files: [{ content: new Uint8Array(4) }],
  };
}

export interface Call {
  readonly verb: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
}

export interface Setup {
  readonly driver?: Partial<Driver>;
  readonly terminal?: boolean;
  /** Called with the listener of Ctrl-C as soon as there is one. */
  readonly onListen?: (press: () => void) => void;
}

/** Runs the command line against the fake. `model.ppl` is good, `broken.ppl` does not compile, others are missing. */
export async function cli(args: readonly string[], setup: Setup = {}): Promise<Outcome> {
  const calls: Call[] = [];
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: (text) => {
      written[name] += text;
    },
    terminal: setup.terminal ?? false,
    columns: 80,
    color: false,
  });
  const context: CliContext = {
    driver: { ...fakeDriver(calls), ...setup.driver },
    stdout: output("stdout"),
    stderr: output("stderr"),
    now: () => 0,
    onInterrupt: (listener) => {
      setup.onListen?.(listener);
      return () => {};
    },
    kill: (code) => calls.push({ verb: "kill", options: { code } }),
    removeFile: (path) => calls.push({ verb: "removeFile", options: { path } }),
  };
  const code = await runCli(args, context);
  return { code, ...written, calls };
}

/** Of so many members, each with one number. */
export function fittedMembers(names: readonly string[]): FittedMembers {
  return {
    kind: "fitted-members",
    family: "Lines",
    source: { name: "lines.ppl", text: "" },
    pplVersion: "9.9.9",
    seed: 1,
    engine: "wasm",
    members: names.map((name, position) => ({
      name,
      description: {},
      sizes: { K: 2 },
      logDensity: -1.5 - position,
      steps: 7,
      converged: position === 0,
      parameters: { "learn/slope": Float64Array.of(2), "learn/f/W": new Float64Array(6) },
      values: [{ name: "slope", kind: "learned", shape: [], values: Float64Array.of(2) }],
    })),
  };
}

function fakeDriver(calls: Call[]): Driver {
  const trained: TrainedModel = {
    kind: "trained-model",
    model: "Vae",
    source: { name: "model.ppl", text: "" },
    pplVersion: "9.9.9",
    sizes: {},
    encoder: { hidden: [], head: "meanField" },
    items: 1,
    tensors: {},
    seed: 1,
    steps: 10,
    seconds: 1,
    engine: "tfjs:wasm",
    interrupted: false,
    remarks: [],
    elbo: -85.1234,
  };
  const span = { source: "broken.ppl", start: 6, end: 9 };
  return {
    version: "9.9.9",
    async compile(source) {
      const named = typeof source === "string" ? { name: "model.ppl", text: source } : source;
      if (named.name === "broken.ppl") {
        const labels = [{ span, text: "here" }];
        const problem = {
          code: "unknown-name",
          severity: "error",
          message: "unknown name `foo`",
          labels,
        } as const;
        return { source: named, sources: [named], problems: [problem] };
      }
      const core = { models: [eightSchools], functions: {} };
      const edition = firstEdition(recheck({ declarations: [], span }), named, noModules);
      const program = { core, source: named, edition, model: () => eightSchools };
      return { source: named, sources: [named], problems: [], program };
    },
    async format(source) {
      return { text: `${source.text}\n`, problems: [] };
    },
    outline,
    writeSource: (path) => calls.push({ verb: "writeSource", options: { path } }),
    modelFiles: (paths) => [...paths],
    async infer(_program, _data, options) {
      calls.push({ verb: "infer", options: { ...options } });
      return fakePosterior();
    },
    async checkLeaveOneOut() {},
    async checkPredictable() {},
    async sample(_program, _data, options) {
      calls.push({ verb: "sample", options: { ...options } });
      const values = Float64Array.of(1, 2, 3, 4);
      const x = { name: "x", shape: [2], dimensions: ["N"], base: "real", values, observed: true } as const;
      return { model: "M", seed: 3, draws: 2, variables: [x] };
    },
    async simulateMembers(_program, _data, options) {
      calls.push({ verb: "simulateMembers", options: { ...options } });
      const member = { description: { kind: "sine" }, data: { y: 1 }, latents: {} };
      return { family: "F", seed: 3, sizes: {}, members: [member], variables: [] };
    },
    async train(_program, _data, options) {
      calls.push({ verb: "train", options: { ...options } });
      return trained;
    },
    learnsPerMember: async () => false,
    async fitMembers(_program, members, options) {
      calls.push({ verb: "fitMembers", options: { ...options } });
      return fittedMembers(members.map(({ name }) => name));
    },
    async drawMembers(_program, options) {
      calls.push({ verb: "drawMembers", options: { ...options } });
      return [{ name: "0", data: { y: [1] } }];
    },
    async predictMember(_fitted, member, _data, options) {
      calls.push({ verb: "predictMember", options: { member, ...options } });
      return { variables: [], anew: [], constantData: [] };
    },
    async inferWithArtifact(_artifact, _data, options) {
      calls.push({ verb: "inferWithArtifact", options: { ...options } });
      return fakePosterior({ strategy: "amortized" });
    },
    async exportModel(_program, _data, options) {
      calls.push({ verb: "exportModel", options: { ...options } });
      return fakeExport(options.format);
    },
    async exportArtifact(_artifact, _data, options) {
      calls.push({ verb: "exportArtifact", options: { ...options } });
      return fakeExport(options.format);
    },
    writeText: (path) => void calls.push({ verb: "writeText", options: { path } }),
    writeExport: (path) => void calls.push({ verb: "writeExport", options: { path } }),
    checkExport: (path, extensions) =>
      void calls.push({ verb: "checkExport", options: { path, extensions } }),
    stages,
    async explain(_program, _data, options) {
      return `stage ${options.stage}`;
    },
    async doctor() {
      const engines = [
        { name: "reference", available: true, detail: "doubles, plain loops" },
        { name: "tfjs:wasm", available: false, detail: "not installed", howToEnable: "install the package" },
      ];
      const auto = [{ work: "infer", engine: "wasm", reason: "compiled" }];
      return { versions: { ppl: "9.9.9", node: "24" }, engines, auto };
    },
    readModule: () => undefined,
    readSource(path) {
      if (path !== "model.ppl" && path !== "broken.ppl") {
        throw new ProblemError([
          explainData({ code: "model-unreadable", path, reason: "missing", detail: "" }),
        ]);
      }
      return { name: path, text: "model foo {}" };
    },
    readData: () => rawDataFromValues({}),
    readTrained: () => trained,
    readGivenMembers: (path) => [{ name: path, data: rawDataFromValues({ y: [1] }) }],
    writeFittedMembers: (path) => calls.push({ verb: "writeFittedMembers", options: { path } }),
    readArtifact: () => trained,
    writeArtifact: (path) => calls.push({ verb: "writeArtifact", options: { path } }),
    writeMembers: (path) => calls.push({ verb: "writeMembers", options: { path } }),
    readMembers: () => membersOf({ members: [{ y: 1 }] }),
    writeDraws: (path) => calls.push({ verb: "writeDraws", options: { path } }),
    checkWritable: (path) => {
      calls.push({ verb: "checkWritable", options: { path } });
      if (path.startsWith("/no/"))
        throw new ProblemError([
          explainData({ code: "output-unwritable", path, reason: "no-folder", detail: "/no" }),
        ]);
    },
  };
}
