import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, root, step } from './terminal.mjs';

const pageDir = join(root, 'apps/settings-web');
const sources = ['src', 'public', 'index.html', 'vite.config.mjs', 'package.json'];

/** Builds the settings page unless it is newer than what it is made of. @throws ToldError */
export async function ensurePage() {
  const built = join(pageDir, 'dist/index.html');
  if (existsSync(built) && statSync(built).mtimeMs > newest(sources.map((name) => join(pageDir, name)))) return;
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'];
  await step('settings page', () => quietly(process.execPath, vite, { cwd: pageDir }));
}

function newest(paths) {
  const times = paths.flatMap((path) => {
    const within = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }) : [];
    return [path, ...within.map((name) => join(path, name))].map((each) => statSync(each).mtimeMs);
  });
  return Math.max(...times);
}
