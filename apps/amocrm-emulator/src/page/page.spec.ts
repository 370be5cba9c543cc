import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';
import { escapeHtml } from './page.js';

const browserFiles = new URL('./browser/', import.meta.url);

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());

describe('the page at /', () => {
  it('allows scripts and styles from itself only, and none in the document', async () => {
    const page = await fetch(open.emulator.url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await page.text()).not.toMatch(/<script(?![^>]* src="\/page\/main\.js")|<style| on[a-z]+=/);
  });

  it('serves its scripts and its style, and no other file', async () => {
    const statusOf = async (path: string) => (await fetch(`${open.emulator.url}/page/${path}`)).status;
    for (const name of readdirSync(browserFiles)) expect(await statusOf(name)).toBe(200);
    expect(await statusOf('style.css')).toBe(200);
    for (const path of ['none.js', '..%2fpage.ts', '%2e%2e/page.ts']) expect(await statusOf(path)).not.toBe(200);
  });

  it('never writes data as markup', async () => {
    for (const name of readdirSync(browserFiles)) {
      const script = await readFile(new URL(name, browserFiles), 'utf8');
      expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
    }
  });

  it('escapes what the server itself writes into the document', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;');
  });

  it('gets everything that it shows, without request bodies, in one request that the product log leaves out', async () => {
    open.emulator.control.reset();
    await open.amo.create('/api/v4/contacts', { name: 'Ольга' });
    const data = (await open.amo.get('/_emulator/page-data')).json();
    expect(data).toMatchObject({
      state: { contacts: [{ name: 'Ольга' }], counts: { contacts: 1, leads: 0 }, pipelines: expect.any(Array) },
      log: { total: 1, requests: [{ path: '/api/v4/contacts' }] },
      portals: [{ id: 'demo', isBlocked: false }],
      faults: [],
      settings: { requestsPerSecond: 1000 },
      longLivedToken: expect.any(String),
    });
  });
});
