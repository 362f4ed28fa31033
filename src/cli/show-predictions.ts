/** Predictions for other data on the terminal and as JSON. */
import { createColors } from "picocolors";
import type { Predictions } from "../driver/api-types.ts";
import { rowCounts, summarizeDraws } from "./summarize-draws.ts";
import { formatSummary, mostRows } from "./summary-table.ts";

/** A line on what was predicted, then the table. `draws` are those of all chains. */
export function formatPredictions(predictions: Predictions, draws: number, color: boolean): string[] {
  const { bold, dim } = createColors(color);
  const { variables, anew } = predictions;
  const note = anew.length === 0 ? "" : ` · other items, drawn from the model: ${anew.join(", ")}`;
  return [
    `${bold("predictions")}${note}`,
    "",
    ...formatSummary(summarizeDraws(variables, draws, mostRows), dim, rowCounts(variables, draws)),
  ];
}

export function predictionsJson(predictions: Predictions, draws: number): Record<string, unknown> {
  return {
    anew: predictions.anew,
    summary: Object.fromEntries(
      summarizeDraws(predictions.variables, draws).map(({ name, ...row }) => [name, row]),
    ),
  };
}
