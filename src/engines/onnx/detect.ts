/** Whether ONNX Runtime is installed and what would add it: what `ppl doctor` tells about this engine. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

export interface OnnxPiece {
  readonly package: "onnxruntime-node";
  /** What it adds, in a few words. */
  readonly adds: string;
  /** Present, absent, or there without a library for this machine. */
  readonly state: "present" | "absent" | "incomplete";
  readonly version?: string;
  /** What would enable it, where it is not present. */
  readonly advice?: string;
}

export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/** The environment variable that names a folder with `node_modules/onnxruntime-node`. */
export const runtimeVariable = "PPL_ONNXRUNTIME";

/** As from a file in the folder that the variable names, else as from this one. */
export function requireOfRuntime(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): NodeJS.Require {
  const folder = environment[runtimeVariable];
  return createRequire(folder ? join(resolve(folder), "package.json") : import.meta.url);
}

/** Where it is looked for, if the variable says so. */
export function placeOfRuntime(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folder = environment[runtimeVariable];
  return folder && `looked for from ${resolve(folder)}, the folder that ${runtimeVariable} names`;
}

/** Looks, and loads nothing. `folders`: where packages may be. */
export function detectOnnx(
  folders: readonly string[] = requireOfRuntime().resolve.paths("onnxruntime-node") ?? [],
  machine: Machine = process,
): OnnxPiece {
  const common = {
    package: "onnxruntime-node",
    adds: "ONNX Runtime's native kernels on the processor, f32 and f64",
  } as const;
  const directory = folders
    .map((folder) => join(folder, common.package))
    .find((candidate) => existsSync(join(candidate, "package.json")));
  const place = placeOfRuntime();
  if (directory === undefined)
    return {
      ...common,
      state: "absent",
      advice: `${place ? `${place}; ` : ""}ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node (the variable keeps it from fetching libraries for NVIDIA GPUs, which are not needed), or name the folder of another installation in PPL_ONNXRUNTIME`,
    };
  const version = versionIn(directory);
  const { platform, arch } = machine;
  // By version of Node's interface for add-ons: napi-v3 in older ones, napi-v6 now.
  const libraries = Array.from({ length: 10 }, (_, napi) =>
    join(directory, "bin", `napi-v${napi}`, platform, arch, "onnxruntime_binding.node"),
  );
  if (libraries.some((library) => existsSync(library))) return { ...common, state: "present", version };
  const advice = `it has no library for ${platform} on ${arch}: see which it has in ${join(directory, "bin")}`;
  return { ...common, state: "incomplete", version, advice };
}

function versionIn(directory: string): string {
  const content: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return typeof content === "object" && content !== null && "version" in content
    ? String(content.version)
    : "unknown";
}
