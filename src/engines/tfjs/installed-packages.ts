/** tfjs as it is installed beside ppl. */
import type { TfjsPackages } from "./load-backend.ts";
import { provideWebgpu } from "./node-webgpu.ts";

const backends = {
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  webgl: () => import("@tensorflow/tfjs-backend-webgl"),
  webgpu: async () => {
    await provideWebgpu();
    return import("@tensorflow/tfjs-backend-webgpu");
  },
};

export const installedPackages: TfjsPackages = {
  core: () => import("@tensorflow/tfjs-core"),
  backend: (name) => backends[name](),
};
