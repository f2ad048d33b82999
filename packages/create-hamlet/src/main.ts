#!/usr/bin/env node
// The `create-hamlet` program, which `npm create hamlet` runs.

import { main } from "./command-line.ts";

process.exitCode = await main(process.argv.slice(2));
