/** WebGPU in Node: the package `webgpu` (Dawn), an optional peer, put where a page has it: at `navigator.gpu`. */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Problem, ProblemError } from "../../base/problem.ts";

/** The environment variable that names a folder with `node_modules/webgpu`. */
export const webgpuVariable = "PPL_WEBGPU";

/** What is used of the package. */
interface WebgpuPackage {
  create(options: readonly string[]): Gpu;
  /** The interface's classes and constants. */
  readonly globals: object;
}

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

/** As from a file in the folder that the variable names, else as from this one. */
export function requireOfWebgpu(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): NodeJS.Require {
  const folder = environment[webgpuVariable];
  return createRequire(folder ? join(resolve(folder), "package.json") : import.meta.url);
}

/**
 * Call before the backend is imported, which looks for `navigator.gpu` then. Throws a `ProblemError`: `engine-not-installed` without
 * the package, `engine-not-here` without a device.
 */
export async function provideWebgpu(find: NodeJS.Require = requireOfWebgpu()): Promise<void> {
  if ("gpu" in globalThis.navigator) return;
  const { create, globals } = await loadPackage(find);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new ProblemError([noDevice]);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

async function loadPackage(find: NodeJS.Require): Promise<WebgpuPackage> {
  try {
    const loaded: unknown = await import(pathToFileURL(find.resolve("webgpu")).href);
    return loaded as WebgpuPackage;
  } catch (error) {
    throw new ProblemError([notInstalled(error)]);
  }
}

function notInstalled(error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "engine-not-installed",
    severity: "error",
    message: "WebGPU in Node needs the package `webgpu`, which could not be loaded",
    labels: [],
    notes: [reason.split("\n")[0]],
    help: "npm install webgpu",
  };
}

const noDevice: Problem = {
  code: "engine-not-here",
  severity: "error",
  message: "the webgpu backend of tfjs does not start here",
  labels: [],
  expected: "a graphics driver: Vulkan (and its loader, libvulkan.so.1), Metal or Direct3D 12",
  notes: ["no device that WebGPU could use was found"],
  help: "use another engine: wasm",
};
