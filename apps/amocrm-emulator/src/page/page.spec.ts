import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';
import { escapeHtml } from './page.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());

describe('the page at /', () => {
  it('runs only its own script and style, by a nonce that is new each time', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const page = await fetch(open.emulator.url);
      const policy = page.headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(await page.text()).toContain(`<script nonce="${nonce}">`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  it('has a script that parses and never writes data as markup', async () => {
    const html = await (await fetch(open.emulator.url)).text();
    const script = /<script[^>]*>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
    expect(script.length).toBeGreaterThan(1000);
    // Compiling without running: a syntax error throws.
    expect(() => Reflect.construct(Function, [script])).not.toThrow();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });

  it('escapes what the server itself writes into the document', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;');
  });

  it('gets everything that it shows, without request bodies, in one request that the product log leaves out', async () => {
    await open.amo.create('/api/v4/contacts', { name: 'Ольга' });
    const data = (await open.amo.get('/_emulator/page-data')).json();
    expect(data).toMatchObject({
      state: { contacts: [{ name: 'Ольга' }], counts: { contacts: 1, leads: 0 }, pipelines: expect.any(Array) },
      log: { total: 1, requests: [{ path: '/api/v4/contacts' }] },
      portals: [{ id: 'demo', isBlocked: false }],
    });
  });
});
