/**
 * Documents with choices of line breaks, and their layout in a given width (Wadler 2003, "A prettier printer"; the
 * strict printer is Lindig 2000, "Strictly pretty").
 */

export type Doc =
  | string
  | readonly Doc[]
  /** A text whose length does not count, so that a remark at the end of a line moves nothing. */
  | { readonly kind: "remark"; readonly text: string }
  /** Prints nothing and makes every group around it break. */
  | { readonly kind: "break" }
  /** In a flat group `flat`, otherwise a line break; `hard` ones make every group around them break. */
  | { readonly kind: "line"; readonly flat: string; readonly hard: boolean }
  /** Lines in it begin one level deeper. */
  | { readonly kind: "nest"; readonly body: Doc }
  /** Flat when it fits into the rest of the line, else all its own lines break. */
  | { readonly kind: "group"; readonly body: Doc; readonly broken: boolean }
  /** One of two, by whether the group around it is flat. */
  | { readonly kind: "choice"; readonly flat: Doc; readonly broken: Doc };

export const line: Doc = { kind: "line", flat: " ", hard: false };
export const softLine: Doc = { kind: "line", flat: "", hard: false };
export const hardLine: Doc = { kind: "line", flat: "", hard: true };
export const breakParent: Doc = { kind: "break" };

/** A line break that reads as `flat` where everything is on one line. */
export function lineOr(flat: string): Doc {
  return { kind: "line", flat, hard: false };
}

export function remark(text: string): Doc {
  return { kind: "remark", text };
}

export function nest(body: Doc): Doc {
  return { kind: "nest", body };
}

export function group(body: Doc): Doc {
  return { kind: "group", body, broken: breaks(body) };
}

export function choice(flat: Doc, broken: Doc): Doc {
  return { kind: "choice", flat, broken };
}

/** On one line if it can be and is short: to break it would read worse than to break what is around it. */
export function unbroken(doc: Doc): Doc {
  const text = breaks(doc) ? "" : printDoc(doc, Infinity);
  return text !== "" && text.length <= longestUnbroken ? text : doc;
}

/** `docs` with `separator` between them. */
export function join(docs: readonly Doc[], separator: Doc): Doc {
  return docs.flatMap((doc, position) => (position === 0 ? [doc] : [separator, doc]));
}

/** Whether there is a hard line break in it. */
export function breaks(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  if (isList(doc)) return doc.some(breaks);
  switch (doc.kind) {
    case "remark":
      return false;
    case "break":
      return true;
    case "line":
      return doc.hard;
    case "nest":
      return breaks(doc.body);
    case "group":
      return doc.broken;
    case "choice":
      return breaks(doc.broken);
  }
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

interface Command {
  readonly indent: number;
  readonly flat: boolean;
  readonly doc: Doc;
}

const indentWidth = 2;
/** The most characters that `unbroken` keeps together. */
const longestUnbroken = 40;

/** The document as text of at most `width` characters a line where its lines can break; no line ends in blanks. */
export function printDoc(doc: Doc, width: number): string {
  const lines: string[] = [];
  let current = "";
  const stack: Command[] = [{ indent: 0, flat: false, doc }];
  for (let command = stack.pop(); command; command = stack.pop()) {
    const { indent, flat, doc: each } = command;
    if (typeof each === "string") current += each;
    else if (isList(each)) {
      for (let i = each.length - 1; i >= 0; i--) stack.push({ indent, flat, doc: each[i] });
    } else if (each.kind === "remark") current += each.text;
    else if (each.kind === "line") {
      if (flat) current += each.flat;
      else {
        lines.push(current.trimEnd());
        current = " ".repeat(indent);
      }
    } else if (each.kind === "nest") stack.push({ indent: indent + indentWidth, flat, doc: each.body });
    else if (each.kind === "choice") stack.push({ indent, flat, doc: flat ? each.flat : each.broken });
    else if (each.kind === "group") {
      const whole: Command = { indent, flat: true, doc: each.body };
      const fit = flat || (!each.broken && fits(width - lengthOf(current), whole, stack));
      stack.push(fit ? whole : { ...whole, flat: false });
    }
  }
  lines.push(current.trimEnd());
  return lines.join("\n");
}

/** Whether `first`, and what follows up to the next line break, takes at most `room` characters. */
function fits(room: number, first: Command, rest: readonly Command[]): boolean {
  const stack: Command[] = [first];
  let left = room;
  let below = rest.length - 1;
  while (left >= 0) {
    const command = stack.pop() ?? rest[below--];
    if (command === undefined) return true;
    const { indent, flat, doc } = command;
    if (typeof doc === "string") left -= lengthOf(doc);
    else if (isList(doc)) for (let i = doc.length - 1; i >= 0; i--) stack.push({ indent, flat, doc: doc[i] });
    else if (doc.kind === "line") {
      if (!flat || doc.hard) return true;
      left -= doc.flat.length;
    } else if (doc.kind === "nest") stack.push({ indent, flat, doc: doc.body });
    else if (doc.kind === "choice") stack.push({ indent, flat, doc: flat ? doc.flat : doc.broken });
    else if (doc.kind === "group") stack.push({ indent, flat: flat && !doc.broken, doc: doc.body });
  }
  return false;
}

/** In characters: a pair of surrogates is one. */
function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
