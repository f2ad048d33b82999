// Builds the extension, and packs it into a .vsix, which is a zip with two files about its content.
//
//     node build.ts

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { zipSync } from "fflate";
import { rolldown } from "rolldown";

const HERE = import.meta.dirname;
const DIST = join(HERE, "dist");
const VSIX = join(DIST, "hamlet.vsix");

/** What each script is made of, and where it runs. `vscode` is the editor's own. */
const SCRIPTS = {
  desktop: "node",
  server: "node",
  web: "browser",
  worker: "browser",
} as const;

/** Bundles everything into `dist`. */
async function buildExtension(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  for (const [name, platform] of Object.entries(SCRIPTS)) {
    const bundle = await rolldown({
      input: join(HERE, "src", `${name}.ts`),
      external: ["vscode"],
      platform,
    });
    const format = name === "worker" ? "iife" : "cjs";
    await bundle.write({
      file: join(DIST, `${name}.js`),
      format,
      minify: true,
      codeSplitting: false,
    });
    await bundle.close();
  }
  const grammar = join(HERE, "../../packages/dsl/highlight/ham.tmLanguage.json");
  copyFileSync(grammar, join(DIST, "ham.tmLanguage.json"));
  const icon = new Resvg(readFileSync(join(HERE, "media/icon.svg"), "utf8"), {
    fitTo: { mode: "width", value: 128 },
  });
  writeFileSync(join(DIST, "icon.png"), icon.render().asPng());
}

/** Folders and files that belong into the package as they are. */
const CONTENT = [
  "dist",
  "media",
  "snippets",
  "walkthrough",
  "language-configuration.json",
  "README.md",
];

/** The files of the package by their paths in it. */
function packageFiles(): Record<string, Uint8Array> {
  const manifest = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8")) as Manifest;
  const files: Record<string, Uint8Array> = {};
  const add = (path: string, content: Uint8Array | string) => {
    files[path] = typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  const {
    type: _,
    scripts: __,
    dependencies: ___,
    devDependencies: ____,
    private: _____,
    ...rest
  } = manifest;
  add("extension/package.json", `${JSON.stringify(rest, null, 2)}\n`);
  add("extension/LICENSE.txt", readFileSync(join(HERE, "../../LICENSE")));
  for (const path of CONTENT.flatMap(filesUnder)) {
    if (!path.endsWith(".vsix")) add(`extension/${path}`, readFileSync(join(HERE, path)));
  }
  add("extension.vsixmanifest", vsixManifest(manifest));
  add("[Content_Types].xml", contentTypes(Object.keys(files)));
  return files;
}

interface Manifest {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly version: string;
  readonly publisher: string;
  readonly categories: readonly string[];
  readonly engines: { readonly vscode: string };
  readonly [name: string]: unknown;
}

function filesUnder(path: string): string[] {
  const full = join(HERE, path);
  try {
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(HERE, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .toSorted();
  } catch {
    return [path];
  }
}

function vsixManifest(manifest: Manifest): string {
  const { name, displayName, description, version, publisher, categories, engines } = manifest;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}" />
    <DisplayName>${displayName}</DisplayName>
    <Description xml:space="preserve">${description}</Description>
    <Tags>ham,__ext_ham,__web_extension</Tags>
    <Categories>${categories.join(",")}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${engines.vscode}" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace,web" />
    </Properties>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/dist/icon.png</Icon>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Icons.Default" Path="extension/dist/icon.png" Addressable="true" />
  </Assets>
</PackageManifest>
`;
}

const TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  js: "application/javascript",
  md: "text/markdown",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  vsixmanifest: "text/xml",
};

function contentTypes(paths: readonly string[]): string {
  const endings = new Set(paths.map((path) => path.split(".").at(-1)!));
  const lines = [...endings].map(
    (ending) => `<Default Extension=".${ending}" ContentType="${TYPES[ending]}"/>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${lines.join("")}</Types>
`;
}

/** Builds and packs everything: the bytes of the package, which is also written into `dist`. */
export async function buildPackage(): Promise<Uint8Array> {
  await buildExtension();
  // Of one day for all: the same content gives the same bytes.
  const bytes = zipSync(packageFiles(), { level: 9, mtime: "2026-01-01" });
  writeFileSync(VSIX, bytes);
  return bytes;
}

if (import.meta.main) {
  await buildPackage();
  console.log(relative(process.cwd(), VSIX));
}
