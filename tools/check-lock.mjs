/**
 * Fails when package-lock.json lacks an optional (native, per platform) package that one of its entries names:
 * such a lock installs here and breaks on another operating system.
 */
import { readFileSync } from 'node:fs';

const packages = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')).packages;
const missing = [];
for (const [path, entry] of Object.entries(packages)) {
  for (const optional of Object.keys(entry.optionalDependencies ?? {})) {
    if (!resolves(path, optional)) missing.push(`${path} -> ${optional}`);
  }
}
if (missing.length > 0) {
  console.error(`package-lock.json is not complete for all platforms:\n${missing.join('\n')}`);
  process.exit(1);
}
console.log('package-lock.json: complete for all platforms');

/** Node's resolution over the lock's tree: the nearest node_modules that holds it. */
function resolves(from, name) {
  let base = from;
  for (;;) {
    if (packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true;
    if (!base) return false;
    const parent = base.lastIndexOf('node_modules/');
    base = parent <= 0 ? '' : base.slice(0, parent - 1);
  }
}
