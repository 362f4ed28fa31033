/**
 * Eight schools by WebPPL: Hamiltonian Monte Carlo with a step size set by hand, as it adapts none. tau is 5 exp(u), as in the other
 * systems, with a factor that makes it half-Cauchy: trajectories in the tails of a Cauchy end in NaN, which stops WebPPL.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Measurable } from "../../harness/contender.ts";
import { requirePeer } from "../../harness/peers.ts";

interface WebpplTask {
  readonly data: string;
  readonly file: string;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
}

interface Webppl {
  run(program: string, done: (store: unknown, value: readonly (readonly number[])[]) => void): void;
}

/** Larger steps leave chains stuck in the tails of tau now and then. */
const steps = 10;
const stepSize = 0.15;

export function sampleByWebppl({ data, file, chains, warmup, draws }: WebpplTask): Measurable {
  const webppl = requirePeer("webppl") as Webppl;
  const { y, sigma } = JSON.parse(readFileSync(data, "utf8"));
  const program = `
    var y = ${JSON.stringify(y)}, sigma = ${JSON.stringify(sigma)};
    var model = function() {
      var mu = 5 * sample(Gaussian({mu: 0, sigma: 1}));
      var u = sample(Gaussian({mu: 0, sigma: 1}));
      var tau = 5 * Math.exp(u);
      factor(u - Math.log(1 + Math.exp(2 * u)) + u * u / 2);
      var theta = repeat(${y.length}, function() { return mu + tau * sample(Gaussian({mu: 0, sigma: 1})); });
      map2(function(t, i) { observe(Gaussian({mu: t, sigma: sigma[i]}), y[i]); }, theta, _.range(${y.length}));
      return [mu, tau].concat(theta);
    };
    var options = {method: 'MCMC', kernel: {HMC: {steps: ${steps}, stepSize: ${stepSize}}}, samples: ${draws}, burn: ${warmup},
                   onlyMAP: false, model: model};
    map(function(s) { return s.value; }, Infer(options).samples)`;
  const chain = (): Promise<readonly (readonly number[])[]> =>
    new Promise((resolve) => webppl.run(program, (_, value) => resolve(value)));
  return {
    values: [],
    async run(times) {
      for (let i = 0; i < times; i++) {
        const all: number[] = [];
        for (let c = 0; c < chains; c++) all.push(...(await chain()).flat());
        writeFileSync(file, new Uint8Array(Float64Array.from(all).buffer));
      }
      return undefined;
    },
  };
}
