/** Adam steps of the variational autoencoder by TensorFlow.js as one writes it there: eager, with its gradients and its optimizer. */
import type { Measurable } from "../../harness/contender.ts";
import { readFloats } from "../../harness/floats.ts";
import { requirePeer } from "../../harness/peers.ts";

interface TfjsTask {
  readonly batch: number;
  readonly images: string;
  readonly noise: string;
  readonly parameters: string;
  readonly rate: number;
  readonly shapes: readonly { readonly input: string; readonly shape: readonly number[] }[];
}

/** The little of TensorFlow.js that is used here. */
interface Tensor {
  readonly add: (other: Tensor | number) => Tensor;
  readonly sub: (other: Tensor | number) => Tensor;
  readonly mul: (other: Tensor | number) => Tensor;
  readonly div: (other: Tensor | number) => Tensor;
  readonly matMul: (other: Tensor) => Tensor;
  readonly tanh: () => Tensor;
  readonly log: () => Tensor;
  readonly square: () => Tensor;
  readonly softplus: () => Tensor;
  readonly sum: (axis: number) => Tensor;
  readonly mean: () => Tensor;
  readonly neg: () => Tensor;
  readonly asScalar: () => Tensor;
  readonly dispose: () => void;
  readonly dataSync: () => Float32Array;
}

interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  variable(initial: Tensor): Tensor;
  tidy<Result>(work: () => Result): Result;
  customGrad(work: (x: Tensor) => { value: Tensor; gradFunc: (dy: Tensor) => Tensor }): (x: Tensor) => Tensor;
  zerosLike(x: Tensor): Tensor;
  readonly train: {
    adam(
      rate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
    ): { minimize(loss: () => Tensor, returnCost: boolean): Tensor };
  };
}

export async function adamStepsByTfjs(task: TfjsTask): Promise<Measurable> {
  const tf = requirePeer("@tensorflow/tfjs") as Tfjs;
  requirePeer("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend does not load");
  const images = tf.tensor(readFloats(task.images), [task.batch, 784]);
  const noise = tf.tensor(readFloats(task.noise), [task.batch, 20]);
  const flat = readFloats(task.parameters);
  let at = 0;
  const weights = task.shapes.map(({ shape }) => {
    const length = shape.reduce((product, each) => product * each, 1);
    at += length;
    return tf.variable(tf.tensor(flat.slice(at - length, at), shape));
  });
  const stop = tf.customGrad((x) => ({ value: x.mul(1), gradFunc: (dy) => tf.zerosLike(dy) }));
  const half = 0.5 * Math.log(2 * Math.PI);
  const [d1, c1, d2, c2, e1, b1, md, bd, mh, bh, sh, bs] = weights;
  const loss = (): Tensor => {
    const features = images.sub(0.5).div(0.5);
    const hidden = features.matMul(e1).add(b1).tanh();
    const mean = features.matMul(md).add(bd).add(hidden.matMul(mh).add(bh));
    const scale = hidden
      .matMul(sh)
      .add(bs)
      .add(Math.log(Math.E - 1))
      .softplus();
    const z = mean.add(scale.mul(noise));
    const fixed = stop(scale);
    const standard = z.sub(stop(mean)).div(fixed);
    const logGuide = standard.square().mul(-0.5).sub(fixed.log()).sub(half).sum(1);
    const logits = z.matMul(d1).add(c1).tanh().matMul(d2).add(c2);
    const likelihood = images.mul(logits).sub(logits.softplus()).sum(1);
    const prior = z.square().mul(-0.5).sub(half).sum(1);
    return likelihood.add(prior).sub(logGuide).mean().neg().asScalar();
  };
  const optimizer = tf.train.adam(task.rate, 0.9, 0.999, 1e-8);
  const step = (): number => {
    const cost = optimizer.minimize(loss, true);
    const [value] = cost.dataSync();
    cost.dispose();
    return -value;
  };
  return {
    values: [step(), step(), step()],
    run(times) {
      for (let i = 0; i < times; i++) step();
      return undefined;
    },
  };
}
