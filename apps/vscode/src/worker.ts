// The server as a worker of a page.

import "@hamlet/language-server/worker";
