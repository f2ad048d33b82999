/**
 * `pnpm check:api`: what every entry of a package declares is what docs/api says, so that a change of a
 * public face shows where changes are reviewed. `pnpm check:api --write` writes it down anew.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from "@microsoft/api-extractor";
import { entriesIn, type Entry } from "./published.ts";

const ROOT = join(import.meta.dirname, "..");
const REPORTS = join(ROOT, "docs/api");
/** How declarations are read: those of other packages stand in their sources. */
const OPTIONS = {
  ...(
    JSON.parse(readFileSync(join(ROOT, "tsconfig.base.json"), "utf8")) as {
      compilerOptions: object;
    }
  ).compilerOptions,
  types: ["node"],
  typeRoots: [join(ROOT, "node_modules/@types")],
  composite: false,
  noEmit: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: false,
};
const isWriting = process.argv.includes("--write");

execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-b"], {
  cwd: ROOT,
});
const temporary = mkdtempSync(join(tmpdir(), "hamlet-api-"));
try {
  const entries = entriesIn(ROOT).map(configOf);
  const [first, ...others] = entries;
  // One program for all of them.
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map((entry) => entry.mainEntryPointFilePath),
  });
  const changed = entries.filter((entry) => {
    const { apiReportChanged } = Extractor.invoke(entry, {
      compilerState,
      localBuild: isWriting,
      messageCallback: (message) => {
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
      },
    });
    return apiReportChanged;
  });
  const known = new Set(entries.map(({ reportFilePath }) => reportFilePath));
  const gone = globSync("*.api.md", { cwd: REPORTS })
    .map((name) => join(REPORTS, name))
    .filter((path) => !known.has(path));
  if (isWriting) gone.forEach((path) => rmSync(path));
  const stale = [...changed.map(({ reportFilePath }) => reportFilePath), ...gone];
  for (const path of stale) {
    console.log(
      `${path.slice(ROOT.length + 1)} ${isWriting ? "was written" : "is not what is declared"}`,
    );
  }
  if (stale.length > 0 && !isWriting) {
    console.log("If the public face is to change so, run: pnpm check:api --write");
    process.exitCode = 1;
  }
  console.log(`${entries.length} entries, ${stale.length} changed`);
} finally {
  rmSync(temporary, { recursive: true });
}

/** What API Extractor is told of an entry. */
function configOf({ name, folder, source }: Entry): ExtractorConfig {
  const projectFolder = join(ROOT, folder);
  const declarations = join(
    ROOT,
    source.replace(`${folder}/src/`, `${folder}/dist/`).replace(/\.ts$/u, ".d.ts"),
  );
  const quiet = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(projectFolder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions: OPTIONS, files: [declarations] } },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFolder: REPORTS,
        reportTempFolder: temporary,
        // Without the scope: `core-files`.
        reportFileName: name.split("/").slice(1).join("-"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
      messages: {
        compilerMessageReporting: quiet,
        extractorMessageReporting: quiet,
        tsdocMessageReporting: quiet,
      },
    },
  });
}
