/** `ppl export`: the log density of a model, or the network of a trained model, for other programs to run. */
import { extname } from "node:path";
import { Command, Option } from "commander";
import { type Exported, type ExportFormat, exportFormats } from "../driver/export/export-formats.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type DataFlags, inputFiles, type ShowFlags, sharedOptions, wholeNumber } from "./options.ts";
import { runCommand, type Session } from "./run-command.ts";

interface ExportFlags extends DataFlags, ShowFlags {
  readonly out: string;
  readonly format?: ExportFormat;
  readonly precision?: "f32" | "f64";
  readonly batch?: number;
}

export function exportCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  const formats = Object.entries(exportFormats);
  return new Command("export")
    .summary("write a log density or a trained network for other programs")
    .description(
      "Writes what other programs run: of a model (.ppl) with data the log density and its gradient, of a trained model (.pplx) the network that answers.",
    )
    .argument("<file>", "a model, or what `ppl train` wrote")
    .addOption(new Option("--out <path>", "the file or folder to write").makeOptionMandatory())
    .addOption(
      new Option("--format <name>", "in which form (default: by the ending of --out)").choices(
        formats.map(([name]) => name),
      ),
    )
    .addOption(
      new Option(
        "--precision <bits>",
        "of floats in .onnx (default: f64 of a model, f32 of a network)",
      ).choices(["f32", "f64"]),
    )
    .addOption(
      new Option("--batch <n>", "trained models: items per run (default: 1)").argParser(wholeNumber(1)),
    )
    .addOption(sharedOptions.data())
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.set())
    .addOption(sharedOptions.ignoreExtra())
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
Formats:
${formats.map(([name, what]) => `  ${name.padEnd(12)} ${what}`).join("\n")}

Examples:
  ppl export schools.ppl --data schools.json --out schools.onnx
  ppl export vae.pplx --out vae.onnx --batch 64
  ppl export vae.pplx --out web/vae --format graph-model`,
    )
    .action(async (file: string, flags: ExportFlags) => {
      finish(await runCommand(context, flags, (session) => run(file, flags, session)));
    });
}

const extensions: { readonly [Format in ExportFormat]: readonly string[] } = {
  onnx: [".onnx"],
  "graph-model": [],
  json: [".json"],
};

async function run(file: string, flags: ExportFlags, session: Session): Promise<ExitCode> {
  const { driver } = session.context;
  const { out } = flags;
  const format = flags.format ?? formatOf(out);
  driver.checkExport(out, extensions[format], inputFiles(file, flags));
  const { precision, batch, model, set: sizes, ignoreExtra: allowExtra } = flags;
  const options = { format, precision, batch, model, sizes, allowExtra };
  const data = flags.data === undefined ? undefined : driver.readData(flags.data);
  const exported = file.toLowerCase().endsWith(".pplx")
    ? await driver.exportArtifact(driver.readArtifact(file), data, options)
    : await driver.exportModel(await session.loadProgram(file), data ?? {}, options);
  driver.writeExport(out, exported);
  for (const line of describe(exported)) session.print(line);
  session.print(`wrote ${out}`);
  const { files, ...facts } = exported;
  session.printJson({ ...facts, out, files: files.flatMap(({ name }) => name ?? []) });
  return 0;
}

function formatOf(out: string): ExportFormat {
  const extension = extname(out).toLowerCase();
  return extension === "" ? "graph-model" : extension === ".json" ? "json" : "onnx";
}

/** "position: float[10]" and the like. */
function describe({ model, what, format, precision, inputs, outputs }: Exported): string[] {
  const list = (types: Exported["inputs"]): string =>
    Object.entries(types)
      .map(
        ([name, { dtype, shape }]) => `${name}: ${dtype}${shape.length === 0 ? "" : `[${shape.join(", ")}]`}`,
      )
      .join("\n         ");
  return [
    `${model}  ${what} · ${format}${precision === undefined ? "" : `, ${precision}`}`,
    `inputs   ${list(inputs)}`,
    `outputs  ${list(outputs)}`,
  ];
}
