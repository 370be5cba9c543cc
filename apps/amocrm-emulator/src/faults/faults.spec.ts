import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator({ portals: 2 });
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const fault = async (rule: Record<string, unknown>) => {
  const reply = await open.amo.post('/_emulator/faults', rule);
  expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
  return reply.json<{ id: string }>().id;
};
const contacts = () => open.emulator.control.state().contacts.length;
const batch = (size: number) => Array.from({ length: size }, (_, index) => ({ name: `К${index}` }));
const post = (body: unknown = batch(1)) => open.amo.post('/api/v4/contacts', body);
const lastEntry = () => open.emulator.control.requests().at(-1);

describe('§12 fault switches', () => {
  it('F1 lose_answer_after_commit: applies, then resets the connection', async () => {
    const id = await fault({ kind: 'lose_answer_after_commit', method: 'POST', path: '/api/v4/contacts' });
    await expect(post()).rejects.toThrow();
    expect(contacts()).toBe(1);
    expect(lastEntry()).toMatchObject({
      delivery: 'lost',
      status: 200,
      fault: { id, kind: 'lose_answer_after_commit' },
    });
    expect((await post()).status).toBe(200);
  });

  it('F2 hold_answer: applies at once, answers late', async () => {
    await fault({ kind: 'hold_answer', ms: 30_000 });
    const held = post();
    while (contacts() === 0) await new Promise((resolve) => setImmediate(resolve));
    open.clock.advance(30_000);
    expect((await held).status).toBe(200);
    expect(lastEntry()?.delivery).toBe('late');
  });

  it('F2 a caller that gave up before the held answer changes nothing for the others', async () => {
    await fault({ kind: 'hold_answer', ms: 30_000 });
    const gaveUp = new AbortController();
    const held = fetch(`${open.emulator.url}/api/v4/contacts`, {
      method: 'POST',
      headers: { Authorization: 'Bearer spec-token' },
      body: '[{"name":"К"}]',
      signal: gaveUp.signal,
    });
    while (contacts() === 0) await new Promise((resolve) => setImmediate(resolve));
    gaveUp.abort();
    await expect(held).rejects.toThrow();
    open.clock.advance(30_000);
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(200);
    expect(contacts()).toBe(1);
  });

  it('F3 http_error partly: writes a true part of the batch, then fails', async () => {
    await fault({ kind: 'http_error', status: 504, applied: 'partly' });
    const reply = await post(batch(10));
    expect([reply.status, reply.type]).toEqual([504, 'text/html']);
    expect(contacts()).toBeGreaterThan(0);
    expect(contacts()).toBeLessThan(10);
  });

  it('http_error: not applied, applied, or applied later (§12.1 write then 504)', async () => {
    await fault({ kind: 'http_error', status: 504 });
    expect([(await post()).status, contacts()]).toEqual([504, 0]);
    await fault({ kind: 'http_error', status: 500, applied: true });
    const problem = await post();
    expect([problem.status, problem.type, contacts()]).toEqual([500, 'application/problem+json', 1]);
    await fault({ kind: 'http_error', status: 503, applied: 'later', ms: 5000 });
    expect([(await post()).status, contacts()]).toEqual([503, 1]);
    open.clock.advance(5000);
    expect(contacts()).toBe(2);
  });

  it.each(['reset_before_body', 'reset_mid_request'])('F4 %s: resets and applies nothing', async (kind) => {
    await fault({ kind });
    await expect(post()).rejects.toThrow();
    await fault({ kind });
    await expect(open.amo.get('/api/v4/account')).rejects.toThrow();
    expect(contacts()).toBe(0);
    expect(lastEntry()).toMatchObject({ delivery: 'lost', status: null });
  });

  it('F6 rate_limit_burst: answers 429 so many times, with Retry-After or without', async () => {
    await fault({ kind: 'rate_limit_burst', count: 2, retryAfterSec: 3 });
    const replies = [await post(), await post(), await post()];
    expect(replies.map((reply) => reply.status)).toEqual([429, 429, 200]);
    expect(replies[0]?.headers.get('retry-after')).toBe('3');
    expect(contacts()).toBe(1);
  });

  it('F8 delay: works on the request only after the time has passed', async () => {
    await fault({ kind: 'delay', ms: 1000 });
    const delayed = post();
    while (lastEntry()?.fault?.kind !== 'delay') await new Promise((resolve) => setImmediate(resolve));
    expect(contacts()).toBe(0);
    open.clock.advance(1000);
    expect((await delayed).status).toBe(200);
  });

  it('F9 malformed_json: applies and answers 200 with what no parser takes', async () => {
    await fault({ kind: 'malformed_json' });
    const reply = await post();
    expect(reply.status).toBe(200);
    expect(() => reply.json()).toThrow(SyntaxError);
    expect(contacts()).toBe(1);
  });

  it('F9 truncated: applies and breaks the answer off in the middle', async () => {
    await fault({ kind: 'truncated' });
    await expect(post()).rejects.toThrow();
    expect(contacts()).toBe(1);
  });

  it('F9 gzip_cut_short: a packed body without its end', async () => {
    await fault({ kind: 'gzip_cut_short' });
    const reply = await post();
    expect(reply.headers.get('content-encoding')).toBe('gzip');
    // What a decoder makes of it differs: an error, or the beginning of the text.
    expect(() => reply.json()).toThrow(SyntaxError);
    expect([contacts(), lastEntry()?.delivery]).toEqual([1, 'spoilt']);
  });

  it('F9 huge_body: 10 MB of valid JSON, or as much as is asked for', async () => {
    await fault({ kind: 'huge_body' });
    const reply = await open.amo.get('/api/v4/account');
    expect([reply.text.length > 10_000_000, reply.json<{ subdomain: string }>().subdomain]).toEqual([true, 'demo']);
  });

  it('F9 item_errors: 200, a part of the batch written, the rest named', async () => {
    await fault({ kind: 'item_errors' });
    const reply = await post(batch(10));
    const body = reply.json<{ '_embedded': { contacts: unknown[] }; 'validation-errors': unknown[] }>();
    expect([reply.status, body._embedded.contacts.length]).toEqual([200, contacts()]);
    expect(contacts() + body['validation-errors'].length).toBe(10);
    expect(contacts()).toBeLessThan(10);
  });

  it('merge_card: the card that the request names has just died in a merge, its id answers 204 or is_deleted', async () => {
    const id = await open.amo.create('/api/v4/leads', { name: 'Сделка' });
    await fault({ kind: 'merge_card', path: '/api/v4/leads/*' });
    expect((await open.amo.get(`/api/v4/leads/${id}`)).status).toBe(204);
    open.emulator.control.portal().settings.deletedById = 'is_deleted';
    expect((await open.amo.get(`/api/v4/leads/${id}`)).json()).toMatchObject({ is_deleted: true });
    const events = (await open.amo.get('/api/v4/events?filter[type]=entity_merged')).json();
    expect(events).toMatchObject({ _embedded: { events: [{ entity_id: id, value_after: [], value_before: [] }] } });
    expect(open.emulator.control.state().leads.filter((lead) => !lead.is_deleted)).toMatchObject([{ name: 'Сделка' }]);
  });

  it('F7 http_error makes any 401, 402 or 403 out of a request that would pass', async () => {
    for (const status of [401, 402, 403]) {
      await fault({ kind: 'http_error', status });
      expect((await post()).json()).toMatchObject({ status, type: `https://httpstatus.es/${status}` });
    }
    expect(contacts()).toBe(0);
  });

  it('a refused request is not used up as a fault of the answer: 401 comes first', async () => {
    await fault({ kind: 'lose_answer_after_commit' });
    expect((await open.amo.as('wrong').get('/api/v4/account')).status).toBe(401);
    await expect(post()).rejects.toThrow();
  });
});

describe('choosing what a fault hits', () => {
  it('by portal, method, path pattern, after so many and so often', async () => {
    await fault({ kind: 'http_error', status: 500, portal: 'demo-2', count: null });
    await fault({ kind: 'http_error', status: 502, method: 'post', path: '/api/v4/*/notes', count: null });
    await fault({ kind: 'http_error', status: 503, method: 'POST', path: '/api/v4/contacts', after: 1, count: 1 });
    expect((await open.amo.get('/api/v4/account')).status).toBe(200);
    expect((await open.amo.post('/api/v4/leads/notes', [{}])).status).toBe(502);
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([200, 503, 200]);
    const other = open.emulator.portals[1];
    const reply = await fetch(`${other?.url}/api/v4/account`, { headers: { Authorization: `Bearer ${other?.token}` } });
    expect(reply.status).toBe(500);
  });

  it('by probability, the same for the same seed', async () => {
    const run = async () => {
      const seeded = await openEmulator({ seed: 7 });
      seeded.emulator.control.faults.add({ kind: 'http_error', status: 500, probability: 0.5, count: null });
      const seen: number[] = [];
      for (let i = 0; i < 20; i++) seen.push((await seeded.amo.get('/api/v4/account')).status);
      await seeded.emulator.stop();
      return seen;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });

  it('lists, removes and refuses rules', async () => {
    const id = await fault({ kind: 'delay', ms: 1, count: 5 });
    expect((await open.amo.get('/_emulator/faults')).json()).toMatchObject({ faults: [{ id, fired: 0 }] });
    await open.amo.delete(`/_emulator/faults/${id}`);
    expect((await open.amo.get('/_emulator/faults')).json()).toEqual({ seed: 1, faults: [] });
    for (const rule of [{}, { kind: 'no' }, { kind: 'delay' }, { kind: 'truncated', probability: 2 }, 5]) {
      expect((await open.amo.post('/_emulator/faults', rule)).status).toBe(400);
    }
  });

  it('offers every switch and kind of fault with its parameters in one catalogue, which needs no list of its own', async () => {
    const catalogue = (await open.amo.get('/_emulator/catalogue')).json<{
      switches: { name: string }[];
      faults: { kind: string; parameters: { name: string }[] }[];
    }>();
    const settings = (await open.amo.get('/_emulator/settings')).json<Record<string, unknown>>();
    expect(catalogue.switches.map(({ name }) => name)).toEqual(Object.keys(settings));
    expect(catalogue.faults).toContainEqual(
      expect.objectContaining({ kind: 'delay', parameters: [expect.objectContaining({ name: 'ms', input: 'count' })] }),
    );
    for (const { kind, parameters } of catalogue.faults) {
      const required = Object.fromEntries(parameters.map(({ name }) => [name, 500]));
      expect([kind, open.emulator.control.faults.add({ ...required, applied: false, html: null, kind })]).toEqual([
        kind,
        { rule: expect.objectContaining({ probability: 1 }) },
      ]);
    }
  });
});
