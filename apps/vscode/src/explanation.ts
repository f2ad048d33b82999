// The explanation of a model, which the server writes: it runs nothing, so it is there everywhere.

import type { BaseLanguageClient } from "vscode-languageclient";
import { escaped } from "./page.ts";
import type { View } from "./panel.ts";

/** The view. */
export function explanationOf(client: BaseLanguageClient): View {
  return {
    title: "Explanation",
    async show({ uri }) {
      const params = { textDocument: { uri: client.code2ProtocolConverter.asUri(uri) } };
      const text = await client.sendRequest<string | null>("ham/explain", params);
      if (text !== null) return `<pre>${escaped(text)}</pre>`;
      return `<pre class="failure">There is nothing to explain: the file has errors, or an energy that is code of a plugin.</pre>`;
    },
  };
}
