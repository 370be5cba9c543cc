import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';

/** Of script, gzip, before the settings page can be used; what a person asks for later is loaded then. */
const budgetBytes = 200_000;

const dist = new URL('../dist/', import.meta.url);

interface Chunk {
  readonly file: string;
  /** Loaded with it. */
  readonly imports?: readonly string[];
  /** Loaded when it asks. */
  readonly dynamicImports?: readonly string[];
}

const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8')) as Record<string, Chunk>;

/** The chunk and everything that is loaded with it. */
function loadedWith(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`the build has no ${name}`);
  for (const each of chunk.imports ?? []) loadedWith(each, seen);
  return seen;
}

function gzipBytes(names: Iterable<string>): number {
  const files = new Set([...names].map((name) => manifest[name]?.file ?? ''));
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
}

describe('the first load', () => {
  it.each(['settings/settings-page', 'overview/overview-page', 'journal/journal-page'])(
    'of %s is at most 200 kB of script',
    (page) => {
      const chunks = new Set([...loadedWith('index.html'), ...loadedWith(`src/${page}.tsx`)]);
      expect(gzipBytes(chunks)).toBeLessThanOrEqual(budgetBytes);
    },
  );

  it('is without the other language, the dialogs and the rooms that are not entered', () => {
    const chunks = new Set([...loadedWith('index.html'), ...loadedWith('src/settings/settings-page.tsx')]);
    const later = ['src/i18n/en.ts', 'src/settings/credentials/portal-dialog.tsx', 'src/journal/journal-page.tsx'];
    for (const name of later) {
      expect({ name, isInTheBuild: name in manifest, isFirst: chunks.has(name) }).toEqual({
        name,
        isInTheBuild: true,
        isFirst: false,
      });
    }
  });
});
