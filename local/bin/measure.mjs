import { checkNode, ensureJava, ensurePackages } from './prerequisites.mjs';
import { ToldError, quietly, say, step, visibly } from './terminal.mjs';

/** Puts what is missing in place, compiles a project of measurements and runs it with this process's arguments. */
export async function measure(project) {
  try {
    checkNode();
    await ensureJava();
    await ensurePackages();
    await step('compiling', () => quietly(process.execPath, ['node_modules/typescript/bin/tsc', '-b', project]));
    process.exitCode = await visibly(process.execPath, [`${project}/dist/main.js`, ...process.argv.slice(2)]);
  } catch (error) {
    say(error instanceof ToldError ? error.message : error.stack);
    process.exitCode = 1;
  }
}
