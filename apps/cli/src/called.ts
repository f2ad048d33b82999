/**
 * How this command was called, so that what is proposed can be typed: from a clone of the repository
 * there is no `ham` on the path, and npx puts none there.
 */
export function hamCall(
  script: string | undefined = process.argv[1],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (script?.endsWith("main.ts") ?? false) return "pnpm ham";
  return environment["npm_command"] === "exec" ? "npx @hamlet/cli" : "ham";
}
