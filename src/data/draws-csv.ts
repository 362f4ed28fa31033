/** Draws as CSV: a row per draw; columns chain, draw, then one per element: mu, theta[0], theta[1], …, and sample statistics. */
import type { NamedValues, PosteriorDraws, PriorSample } from "./posterior-draws.ts";
import { elementName, indicesAt } from "./raw-data.ts";

/** Pieces of the text. Statistics of the sampler come last, with two underscores at the end of their names as in CmdStan. */
export function posteriorCsv(posterior: PosteriorDraws): Generator<string> {
  const stats: NamedValues[] = Object.entries(posterior.sampleStats).map(([name, values]) => ({
    name: `${name}__`,
    shape: [],
    dimensions: [],
    base: "real",
    values,
  }));
  return rows([...posterior.variables, ...posterior.predictive, ...stats], posterior.chains, posterior.draws);
}

/** Prior draws are one chain. */
export function priorCsv(prior: PriorSample): Generator<string> {
  return rows(prior.variables, 1, prior.draws);
}

function* rows(variables: readonly NamedValues[], chains: number, draws: number): Generator<string> {
  const columns = variables.map(({ name, shape, values }) => ({
    values,
    width: shape.reduce((product, length) => product * length, 1),
    name,
    shape,
  }));
  const headers = columns.flatMap(({ name, shape, width }) =>
    Array.from({ length: width }, (_, i) => quote(elementName(name, indicesAt(shape, i)))),
  );
  yield `${["chain", "draw", ...headers].join(",")}\n`;
  for (let chain = 0; chain < chains; chain++) {
    for (let draw = 0; draw < draws; draw++) {
      const row = chain * draws + draw;
      const cells = [String(chain), String(draw)];
      for (const { values, width } of columns) {
        for (let i = row * width; i < (row + 1) * width; i++) cells.push(String(values[i]));
      }
      yield `${cells.join(",")}\n`;
    }
  }
}

/** `x[0,1]` holds a comma. */
function quote(header: string): string {
  return header.includes(",") ? `"${header}"` : header;
}
