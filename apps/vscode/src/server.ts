// The server as a script of its own, which the desktop starts.

import { startServer } from "@hamlet/language-server/node";

startServer();
