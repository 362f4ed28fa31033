/**
 * Finds and loads the native add-on of tfjs-node. Only the add-on: the package around it would make TensorFlow the current backend
 * of an application's tfjs, takes a second to load, and calls a function that Node 23 removed. An application that uses tfjs-node
 * itself shares the add-on with us.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { type Problem, ProblemError } from "../../base/problem.ts";
import { addonVariable, findInstalled } from "./detect.ts";

/** What is used of the add-on. Its calls are synchronous. */
export interface NativeAddon {
  /** The version of TensorFlow. */
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  /** The number of a new tensor, which may share the array's memory. `dtype` is a number of types.proto. */
  createTensor(shape: readonly number[], dtype: number, values: NativeArray): number;
  deleteTensor(tensor: number): void;
  /** A copy. */
  tensorDataSync(tensor: number): NativeArray;
  /** The number of a session with the graph of a folder; throws where TensorFlow refuses it. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  /** Names separated by commas, `node:index`; new tensors in the order of the outputs. */
  runSavedModel(
    model: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): readonly { readonly id: number }[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

export type NativeArray = Float32Array | Int32Array | Uint8Array;

const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

/** The file of the add-on: what the environment variable says, else of an installed package; undefined if there is none. */
export function findNativeAddon(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const given = environment[addonVariable];
  if (given !== undefined && given !== "") return addonIn(resolve(given)) ?? resolve(given);
  for (const name of packages) {
    const found = findInstalled(name);
    const file = found === undefined ? undefined : addonIn(found.directory);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Throws a `ProblemError`, `engine-not-installed`, where there is no add-on or it cannot be loaded. */
export function loadNativeAddon(file: string | undefined = findNativeAddon()): NativeAddon {
  if (file === undefined) throw new ProblemError([notInstalled([])]);
  if (!existsSync(file)) throw new ProblemError([notInstalled([`There is no file ${file}.`])]);
  // TensorFlow would tell on standard error which instructions it uses.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  try {
    return createRequire(import.meta.url)(file) as NativeAddon;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ProblemError([notInstalled([reason])]);
  }
}

/** The file itself, or that of a package's folder: built for the newest Node-API of those that are there. */
function addonIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isFile()) return path;
  const folder = join(path, "lib");
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => /^napi-v\d+$/.test(name))
    .sort((a, b) => Number(b.slice(6)) - Number(a.slice(6)))
    .map((name) => join(folder, name, "tfjs_binding.node"))
    .find((file) => existsSync(file));
}

function notInstalled(notes: readonly string[]): Problem {
  return {
    code: "engine-not-installed",
    severity: "error",
    message: "the native tfjs engine needs the add-on of `@tensorflow/tfjs-node`, which could not be loaded",
    labels: [],
    notes,
    help: `npm install @tensorflow/tfjs-node, or build the add-on with scripts/tfjs-native.sh and name it in ${addonVariable}`,
  };
}
