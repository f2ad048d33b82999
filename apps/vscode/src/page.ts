/** A text as HTML shows it. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A page of a panel. It has no scripts, and loads nothing. */
export function pageOf(title: string, body: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>
  body { color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); }
  table { border-collapse: collapse; }
  th, td { padding: 0.2em 0.8em; text-align: left; }
  pre { font-family: var(--vscode-editor-font-family); }
  .failure { color: var(--vscode-errorForeground); white-space: pre-wrap; }
  svg { max-width: 100%; height: auto; }
</style>
</head>
<body>${body}</body>
</html>`;
}
