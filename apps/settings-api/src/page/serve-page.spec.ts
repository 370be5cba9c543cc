import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { securityHeaders } from '../http/security-headers.js';
import { servePage } from './serve-page.js';

let dir: string;
let app: NestExpressApplication;
let url: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'page-'));
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

const start = async (publicUrl = 'http://127.0.0.1:3000'): Promise<void> => {
  const module = await Test.createTestingModule({}).compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  securityHeaders(app, publicUrl);
  servePage(app, dir);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
};
const build = async (): Promise<void> => {
  await mkdir(join(dir, 'assets'));
  await writeFile(join(dir, 'index.html'), '<!doctype html>the page');
  await writeFile(join(dir, 'assets', 'index-1a2b.js'), 'script');
};

describe('the settings page', () => {
  it('is served at every address of its own router, always anew', async () => {
    await build();
    await start();
    for (const path of ['/', '/journal', '/journal/7?tab=1']) {
      const answer = await fetch(url + path);
      expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
        200,
        'no-cache',
        '<!doctype html>the page',
      ]);
    }
  });

  it('has its files kept for ever, and no page in the place of one that is gone', async () => {
    await build();
    await start();
    const script = await fetch(`${url}/assets/index-1a2b.js`);
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await fetch(`${url}/assets/index-old.js`)).status).toBe(404);
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', null],
  ])('is sent to a browser that takes %s as small as it can read it', async (accepted, encoding) => {
    await build();
    const script = join(dir, 'assets', 'index-1a2b.js');
    await writeFile(`${script}.br`, brotliCompressSync('script'));
    await writeFile(`${script}.gz`, gzipSync('script'));
    await start();
    const answer = await fetch(`${url}/assets/index-1a2b.js`, { headers: { 'accept-encoding': accepted } });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('content-type')).toContain('text/javascript');
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await answer.text()).toBe('script');
  });

  it('has another tag for each way in which a file is compressed, so that a cache never mixes them', async () => {
    await build();
    const script = join(dir, 'assets', 'index-1a2b.js');
    await writeFile(`${script}.br`, brotliCompressSync('script'));
    await writeFile(`${script}.gz`, gzipSync('script'));
    await start();
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (accepted) => {
        const headers = { 'accept-encoding': accepted };
        return (await fetch(`${url}/assets/index-1a2b.js`, { headers })).headers.get('etag');
      }),
    );
    expect(new Set(tags).size).toBe(3);
  });

  it('leaves to the service what is the service’s', async () => {
    await build();
    await start();
    expect((await fetch(`${url}/api/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/journal`, { method: 'POST' })).status).toBe(404);
  });

  it('that was not built says how to build it', async () => {
    await start();
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('nx build')]);
  });
});

describe('every answer', () => {
  it('forbids browsers frames, foreign scripts and guessing of types', async () => {
    await build();
    await start();
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toContain(`default-src 'self'`);
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('holds browsers to https where the service is reached by it', async () => {
    await build();
    await start('https://calls.example.org');
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
  });
});
