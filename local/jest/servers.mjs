import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const local = new URL('../', import.meta.url);

/**
 * The compiled @perezvon/local. Jest may be run alone, without the build that nx puts before it: a missing or outdated
 * dist is compiled here.
 */
export async function loadLocal() {
  const root = fileURLToPath(new URL('../', local));
  if (isOutdated()) {
    console.log('local/dist is missing or older than its sources: compiling');
    const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', local));
    execFileSync(process.execPath, [tsc, '-b', 'local/tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  }
  return import(new URL('dist/index.js', local).href);
}

function isOutdated() {
  const built = mtimeMs(new URL('dist/.tsbuildinfo', local));
  const sources = new URL('src/', local);
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .some((name) => mtimeMs(new URL(name.replaceAll('\\', '/'), sources)) > built);
}

function mtimeMs(url) {
  return statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
