/**
 * Writes train.json: a pendulum with friction, θ′ = ω and ω′ = −2 sin θ − 0.3 ω, from ten random states with θ and ω in (−1.5, 1.5), seen
 * at 15 times with noise of standard deviation 0.05. And new.json: another starting state, and true.json: where the equation takes it,
 * without noise. `node make-data.ts` gives the same files.
 */
import { writeFileSync } from "node:fs";

type State = readonly [number, number];

/** Uniform in (0, 1): the generator mulberry32 of Tommy Ettinger. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

const uniform = uniforms(3);

/** Box and Muller (1958). */
function normal(): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function rate([angle, speed]: State): State {
  return [speed, -2 * Math.sin(angle) - 0.3 * speed];
}

function moved([angle, speed]: State, h: number, [u, v]: State): State {
  return [angle + h * u, speed + h * v];
}

/** Kutta's method, with 100 steps from each time to the next. */
function path(start: State, time: readonly number[]): State[] {
  let state = start;
  return time.map((t, at) => {
    const h = (t - (time[at - 1] ?? 0)) / 100;
    for (let step = 0; step < 100; step++) {
      const k1 = rate(state);
      const k2 = rate(moved(state, h / 2, k1));
      const k3 = rate(moved(state, h / 2, k2));
      const k4 = rate(moved(state, h, k3));
      for (const [part, k] of [
        [1, k1],
        [2, k2],
        [2, k3],
        [1, k4],
      ] as const)
        state = moved(state, (part * h) / 6, k);
    }
    return state;
  });
}

function starts(count: number): State[] {
  return Array.from({ length: count }, () => [3 * uniform() - 1.5, 3 * uniform() - 1.5]);
}

const text = (states: readonly State[]): string =>
  `[${states.map((s) => `[${s.map((x) => x.toFixed(3))}]`)}]`;
const noisy = (states: readonly State[]): State[] =>
  states.map(([a, b]) => [a + 0.05 * normal(), b + 0.05 * normal()]);
const time = Array.from({ length: 15 }, (_, t) => (t + 1) / 3);
const seen = starts(10);
const rows = seen.map((start) => text(noisy(path(start, time))));
const write = (file: string, content: string): void => writeFileSync(new URL(file, import.meta.url), content);
write(
  "train.json",
  `{ "members": [{ "time": [${time.map((t) => t.toFixed(4))}],\n"start": ${text(seen)},\n"x": [\n${rows.join(",\n")}\n] }] }\n`,
);
const later = [1, 2, 3, 4, 5];
const fresh = starts(1);
write("new.json", `{ "time": [${later}], "start": ${text(fresh)} }\n`);
write("true.json", `{ "x": [${fresh.map((start) => text(path(start, later)))}] }\n`);
