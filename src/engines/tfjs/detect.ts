/** Which pieces of tfjs are installed and what would add the others: what `ppl doctor` tells about this engine. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { requireOfWebgpu, webgpuVariable } from "./node-webgpu.ts";

export interface TfjsPiece {
  readonly package: string;
  /** What it adds, in a few words: "plain JavaScript kernels". */
  readonly adds: string;
  /** Present, absent, or there without the native library that it fetches when it is installed. */
  readonly state: "present" | "absent" | "incomplete";
  readonly version?: string;
  /** What would enable it, where it is not present. */
  readonly advice?: string;
}

export interface FoundPackage {
  readonly version: string;
  readonly directory: string;
}

/** Where a package is, undefined if nowhere. */
export type PackageFinder = (name: string) => FoundPackage | undefined;

interface KnownPiece {
  readonly package: string;
  readonly adds: string;
  readonly advice: string;
  /** Whether the package downloads a native library after it is installed. */
  readonly isNative?: true;
}

const knownPieces: readonly KnownPiece[] = [
  {
    package: "@tensorflow/tfjs-core",
    adds: "the kernel registry that both backends need",
    advice: "npm install @tensorflow/tfjs-core@^4.22.0",
  },
  {
    package: "@tensorflow/tfjs-backend-cpu",
    adds: "plain JavaScript kernels",
    advice: "npm install @tensorflow/tfjs-backend-cpu@^4.22.0",
  },
  {
    package: "@tensorflow/tfjs-backend-wasm",
    adds: "WebAssembly SIMD kernels, one thread",
    advice: "npm install @tensorflow/tfjs-backend-wasm@^4.22.0",
  },
  {
    package: "@tensorflow/tfjs-node",
    adds: "TensorFlow itself on the processor: a whole graph as one call, f32 and f64",
    isNative: true,
    advice: "npm install @tensorflow/tfjs-node",
  },
  {
    package: "@tensorflow/tfjs-node-gpu",
    adds: "TensorFlow itself on an NVIDIA GPU (Linux or Windows, with CUDA)",
    isNative: true,
    advice: "npm install @tensorflow/tfjs-node-gpu",
  },
  {
    package: "webgpu",
    adds: "WebGPU in Node, for @tensorflow/tfjs-backend-webgpu",
    advice: `npm install webgpu @tensorflow/tfjs-backend-webgpu, or name the folder of another installation of webgpu in ${webgpuVariable}`,
  },
];

/** The environment variable that names an add-on built by `scripts/tfjs-native.sh`, or the folder of a tfjs-node package. */
export const addonVariable = "PPL_TFJS_NODE";

const building = `build its add-on against the TensorFlow of a Python package with scripts/tfjs-native.sh (Linux), and name it in ${addonVariable}`;
const fetching = `(fetches a native library while installing; where it cannot, ${building})`;

/** Looks for each piece; loads none, as tfjs-node starts TensorFlow when it is loaded. */
export function detectTfjs(
  find: PackageFinder = findInstalled,
  exists: (path: string) => boolean = existsSync,
): readonly TfjsPiece[] {
  return knownPieces.map(({ package: name, adds, isNative, advice }) => {
    const found = find(name);
    if (found === undefined) {
      return {
        package: name,
        adds,
        state: "absent",
        advice: isNative ? `${advice} ${fetching}` : advice,
      };
    }
    const common = { package: name, adds, version: found.version };
    if (!isNative || hasNativeLibrary(found.directory, exists)) return { ...common, state: "present" };
    return {
      ...common,
      state: "incomplete",
      advice: `its native library was not fetched when it was installed: npm rebuild ${name} with access to storage.googleapis.com, or ${building}`,
    };
  });
}

/** tfjs-node puts its add-on into `lib/napi-v<n>` and TensorFlow into `deps/lib`. */
function hasNativeLibrary(directory: string, exists: (path: string) => boolean): boolean {
  const addOns = Array.from({ length: 10 }, (_, version) =>
    join(directory, "lib", `napi-v${version}`, "tfjs_binding.node"),
  );
  return addOns.some(exists) && exists(join(directory, "deps", "lib"));
}

/** As Node finds it from this file, also if the package does not export its `package.json`. */
export function findInstalled(name: string): FoundPackage | undefined {
  const { resolve } = name === "webgpu" ? requireOfWebgpu() : createRequire(import.meta.url);
  for (const folder of resolve.paths(name) ?? []) {
    const directory = join(folder, ...name.split("/"));
    const manifest = join(directory, "package.json");
    if (!existsSync(manifest)) continue;
    const content: unknown = JSON.parse(readFileSync(manifest, "utf8"));
    const version =
      typeof content === "object" && content !== null && "version" in content
        ? String(content.version)
        : "unknown";
    return { version, directory: dirname(manifest) };
  }
  return undefined;
}
