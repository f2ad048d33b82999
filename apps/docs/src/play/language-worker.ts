// The language server, which serves whoever starts this script.

import "@hamlet/language-server/worker";
