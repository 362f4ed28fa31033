/** Which peers are here. `npm run bench:peers` puts them into `bench/peers/.venv`; without them only our side is measured. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { type Contender, missing, ours } from "./contender.ts";

export const peersFolder = resolve(import.meta.dirname, "../peers");
const environmentFolder = resolve(peersFolder, ".venv");
const nodeFolder = resolve(environmentFolder, "node");
const python = resolve(environmentFolder, "bin/python");

export interface Peers {
  /** Name of a peer → its version, or undefined where it is missing. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Folder of Stan's headers, libraries and compiler. */
  readonly stanFolder: string | undefined;
}

const packages = { jax: "JAX", numpyro: "NumPyro", torch: "PyTorch", httpstan: "Stan", numpy: "NumPy" };

/** Asks the virtual environment; never fails. */
export function findPeers(): Peers {
  const found = existsSync(python) ? askPython() : {};
  return {
    versions: {
      ...Object.fromEntries(Object.entries(packages).map(([name, shown]) => [shown, found[name]])),
      Stan: found.stan,
      WebPPL: nodeVersion("webppl"),
      "TensorFlow.js": nodeVersion("@tensorflow/tfjs"),
    },
    stanFolder: found.stanFolder,
  };
}

const question = `
import importlib.metadata as m, importlib.util as u, json, pathlib, re
found = {}
for name in ${JSON.stringify(Object.keys(packages))}:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
if "httpstan" in found:
    folder = pathlib.Path(u.find_spec("httpstan").origin).parent
    text = (folder / "include/stan/version.hpp").read_text()
    found["stanFolder"] = str(folder)
    found["stan"] = ".".join(re.findall(r"define STAN_(?:MAJOR|MINOR|PATCH) (\\d+)", text))
print(json.dumps(found))
`;

function askPython(): Readonly<Record<string, string>> {
  try {
    return JSON.parse(execFileSync(python, ["-c", question], { encoding: "utf8" }));
  } catch {
    return {};
  }
}

function nodeVersion(name: string): string | undefined {
  const manifest = resolve(nodeFolder, "node_modules", name, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

/** A package that was set up for Node. Throws where it is not there. */
export function requirePeer(name: string): unknown {
  return createRequire(resolve(nodeFolder, "package.json"))(name);
}

/** A function of ours that runs a package set up for Node; missing where that is. */
export function nodeContender(
  peers: Peers,
  name: string,
  system: string,
  module: string,
  entry: string,
  task: object,
): Contender {
  if (peers.versions[system] === undefined) return missing(name, `${system} is not set up`);
  return { ...ours(name, module, entry, task), ours: false };
}

/** A program for Python that speaks the protocol of `peers/serve.py`; missing where its package is. */
export function pythonContender(
  peers: Peers,
  name: string,
  system: string,
  script: string,
  task: object,
  environment: Readonly<Record<string, string>> = {},
): Contender {
  if (peers.versions[system] === undefined) return missing(name, `${system} is not set up`);
  return {
    name,
    ours: false,
    launch: {
      kind: "program",
      command: [python, script],
      environment: {
        PYTHONPATH: peersFolder,
        PYTHONDONTWRITEBYTECODE: "1",
        JAX_PLATFORMS: "cpu",
        ...environment,
      },
      task: JSON.stringify(task),
    },
  };
}

/** Products that are kept between runs, such as compiled Stan programs. */
export const buildFolder = resolve(environmentFolder, "build");
