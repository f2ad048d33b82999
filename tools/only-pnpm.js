// Before a package is packed: only pnpm writes the manifest that is published (`publishConfig`, the
// versions of the workspace). Plain JavaScript, for any Node that npm may run with.

const { npm_config_user_agent: agent = "", npm_package_name: name } = process.env;

if (!agent.startsWith("pnpm/")) {
  console.error(
    `${String(name)} is packed with pnpm, which points its exports at dist and fills in versions: npx -y pnpm@12.21.0 pack`,
  );
  process.exitCode = 1;
}
