import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SOURCES = import.meta.dirname;

/** Rows of the table of §12 and §12.1: what is to be reproduced, and the specs that show it. */
async function rows(): Promise<{ what: string; specs: string }[]> {
  const readme = await readFile(join(SOURCES, '..', 'README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('## How much of amoCRM it is'));
  const cells = table.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split(' | ')] : []));
  return cells
    .map(([what = '', specs = '']) => ({ what: what.slice(2).trim(), specs: specs.replace(/\|\s*$/, '').trim() }))
    .filter(({ what }) => what !== 'row' && !/^-+$/.test(what));
}

async function specFiles(): Promise<Map<string, string>> {
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.spec.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(SOURCES, file), 'utf8')));
  return new Map(files.map((file, index) => [file.replace(/^.*\//, '').replace(/\.ts$/, ''), texts[index] ?? '']));
}

describe('the table of what is reproduced', () => {
  it('names for every row specs that exist, by words of their titles', async () => {
    const files = await specFiles();
    const missing: string[] = [];
    for (const { what, specs } of await rows()) {
      if (specs === '') missing.push(`${what}: no spec`);
      let file = '';
      for (const part of specs.split(' · ')) {
        const [, name = file, title = part] = /^([\w-]+\.spec): (.*)$/.exec(part) ?? [];
        file = name;
        const text = files.get(file);
        // «…» stands for what a title says differently each time.
        const words = title.split('…').map((piece) => piece.trim());
        const titles = text?.match(/(?:it|describe)(?:\.each\([^]*?\))?\(\s*(['"`])[^]*?\1,/g) ?? [];
        const isShown = titles.some((line) => words.every((piece) => line.includes(piece)));
        if (!isShown) missing.push(`${what}: ${file}: ${title}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('has a row for each thing of the checklist, and none is left for later', async () => {
    const all = await rows();
    expect(all.length).toBeGreaterThan(45);
    expect(all.filter(({ specs }) => /comes? with/.test(specs))).toEqual([]);
  });
});
