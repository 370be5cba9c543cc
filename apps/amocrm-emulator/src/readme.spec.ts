import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SOURCES = import.meta.dirname;

/** The reference's checklist (§12) and its switches (§12.1), in its order: a row that vanished would show nothing. */
const CHECKLIST = [
  'OAuth rotation, single-use refresh, `server_time`',
  '401 bodies',
  '402 split',
  '7/s and 50/s windows',
  '429 then sticky 403 HTML',
  '250 caps; 50 for `complex`',
  '204 rules',
  'HAL shapes, paging',
  'the bare array of `complex`',
  'index `request_id`',
  'validation body',
  'statuses 142/143/type 1',
  '`POST /calls`: card selection, last ten digits, "Entity not found" 400',
  'unsorted lifecycle, contact hidden until accepted',
  'tag replace vs add',
  'full replacement of phone values',
  'filter on/off switch',
  'note read-back with string `call_status`',
  'duplicate control of `complex`, tariff limit (UNVERIFIED: switches)',
  'rights of ordinary users',
  'duplicates allowed',
  'webhooks: form-encoded, unsigned, retry table, 2 s, auto-disable',
  'fault: response lost after commit, held',
  'fault: partial commit of a batch',
  'fault: search-index delay',
  'fault: 504 with and without commit',
  'fault: reset mid-body',
  'fault: HTML errors, malformed and truncated bodies',
  'fault: presence/absence of `Retry-After`',
  'fault: unsorted disabled',
  'fault: integration disabled',
  'fault: merged lead',
  'fault: out-of-order, duplicated, dropped webhooks',
  'fault: renamed subdomain',
  'fault: per-IP limiter',
  'fault: 401, 402 and 403 on demand; 200 with per-item errors',
  'fault: gzip cut short, 10 MB body',
  '§12.1 one invalid item in a batch',
  '§12.1 `query` by phone',
  '§12.1 `unsorted/sip` metadata',
  '§12.1 equal `source_uid` in unsorted',
  '§12.1 missing company, note, task by id; users, events',
  '§12.1 listings lag',
  '§12.1 429 body and block',
  '§12.1 write then 504',
  '§12.1 refresh race',
  '§12.1 rotation',
  '§12.1 `/calls` without a card',
  "accepting bumps the contact's `updated_at` or not",
];

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
    expect(all.map(({ what }) => what)).toEqual(CHECKLIST);
    expect(all.filter(({ specs }) => /comes? with/.test(specs))).toEqual([]);
  });
});
