/** Stan programs as native executables: translated by stanc, compiled with one of the drivers of `peers/stan`, and kept. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { promisify } from "node:util";
import { type Contender, missing } from "./contender.ts";
import { buildFolder, type Peers, peersFolder } from "./peers.ts";

const execute = promisify(execFile);

export interface StanProgram {
  readonly path: string;
  /** Seconds of stanc and the C++ compiler; when it was compiled, if that was earlier. */
  readonly compileSeconds: number;
}

/** As CmdStan compiles, and for this very processor. */
const flags = ["-std=c++17", "-O3", "-march=native", "-w"];
const macros = ["-D_GLIBCXX_USE_CXX11_ABI=0", "-DBOOST_DISABLE_ASSERTS", "-D_REENTRANT"];
const libraries = ["-lsundials_cvodes", "-lsundials_idas", "-lsundials_nvecserial", "-ltbb"];

/** Rejects with the compiler's words. `fresh` compiles in any case. */
export async function compileStan(
  stanFolder: string,
  model: string,
  driver: "density" | "nuts",
  fresh = false,
): Promise<StanProgram> {
  const driverPath = resolve(peersFolder, `stan/${driver}.cpp`);
  const hash = createHash("sha256");
  hash.update(readFileSync(model)).update(readFileSync(driverPath)).update(flags.join(" "));
  const name = `${basename(model, ".stan")}-${driver}-${hash.digest("hex").slice(0, 12)}`;
  const program = resolve(buildFolder, name);
  const facts = `${program}.json`;
  if (!fresh && existsSync(program) && existsSync(facts))
    return { path: program, ...JSON.parse(readFileSync(facts, "utf8")) };

  mkdirSync(buildFolder, { recursive: true });
  const header = `${program}.${process.pid}.hpp`;
  const output = `${program}.${process.pid}`;
  const started = performance.now();
  await execute(resolve(stanFolder, "stanc"), ["--name", basename(model, ".stan"), `--o=${header}`, model]);
  const library = resolve(stanFolder, "lib");
  await execute("g++", [
    ...flags,
    ...macros,
    "-include",
    header,
    `-I${resolve(stanFolder, "include")}`,
    driverPath,
    `-L${library}`,
    ...libraries,
    `-Wl,-rpath,${library}`,
    "-o",
    output,
  ]);
  const compileSeconds = (performance.now() - started) / 1000;
  rmSync(header);
  renameSync(output, program);
  writeFileSync(facts, JSON.stringify({ compileSeconds }));
  return { path: program, compileSeconds };
}

export async function stanContender(
  peers: Peers,
  name: string,
  model: string,
  driver: "density" | "nuts",
  task: string,
): Promise<Contender> {
  if (peers.stanFolder === undefined) return missing(name, "Stan is not set up");
  try {
    const { path } = await compileStan(peers.stanFolder, model, driver);
    return { name, ours: false, launch: { kind: "program", command: [path], task } };
  } catch (error) {
    return missing(name, `does not compile: ${error instanceof Error ? error.message.slice(0, 200) : error}`);
  }
}
