/** Text in columns. */
import { stripVTControlCharacters } from "node:util";

export type Alignment = "left" | "right";

/** Lines of equal-width columns, two spaces apart; no line ends in spaces. Cells must hold no line breaks. */
export function formatTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  const widths = alignments.map((_, column) =>
    Math.max(0, ...rows.map((row) => textWidth(row[column] ?? ""))),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        const space = " ".repeat(width - textWidth(cell));
        return alignments[column] === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Columns that a text takes on a terminal: characters, without the codes for colour. */
export function textWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
