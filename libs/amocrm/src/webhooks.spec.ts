import { describe, expect, it } from '@jest/globals';
import { openScriptedClient, type ScriptedClient } from './testing/scripted-client.js';
import { answer, type Step } from './testing/scripted-portal.js';

let portal: ScriptedClient['portal'];
let client: ScriptedClient['client'];

async function against(...steps: Step[]): Promise<void> {
  ({ portal, client } = await openScriptedClient(steps));
}

const sent = (): unknown => JSON.parse(portal.requests[0]?.body ?? '');

describe('webhooks (§9.1)', () => {
  const destination = 'https://perezvon.example/v1/amocrm/portal/canary-secret';
  const hook = { id: 5, destination, settings: ['add_contact'], sort: 1, disabled: false };

  it('are subscribed with their address and events; the answer is a 201', async () => {
    await against(answer(201, hook));
    const result = await client.subscribeWebhook({ destination, settings: ['add_contact'] });
    expect(result).toMatchObject({ kind: 'done', status: 201, value: { id: 5, disabled: false } });
    expect(sent()).toEqual({ destination, settings: ['add_contact'] });
  });

  it('are listed, also those that amoCRM has switched off', async () => {
    await against(answer(200, { _total_items: 1, _embedded: { webhooks: [{ ...hook, disabled: true }] } }));
    expect(await client.webhooks({ destination })).toMatchObject({ value: [{ id: 5, disabled: true }] });
  });

  it.each([
    ['gone', answer(204)],
    ['not there (404)', answer(404, { title: 'Not Found', status: 404 })],
  ])('are unsubscribed when they are %s', async (_what, step) => {
    await against(step);
    expect(await client.unsubscribeWebhook(destination)).toMatchObject({ kind: 'done' });
    expect(portal.requests[0]?.method).toBe('DELETE');
    expect(sent()).toEqual({ destination });
  });

  it.each([
    [
      '422',
      answer(422, { title: 'Unprocessable Entity', status: 422, detail: 'Invalid destination' }),
      'unprocessable',
    ],
    ['no right', answer(403, { title: 'Forbidden', status: 403 }), 'forbidden'],
    ['no answer', ((socket) => socket.destroy()) satisfies Step, 'connection_lost'],
  ])('that cannot be subscribed (%s) say why, without our secret', async (_what, step, reason) => {
    await against(step);
    const result = await client.subscribeWebhook({ destination, settings: ['add_contact'] });
    expect(result).toMatchObject({ reason });
    expect(JSON.stringify(result)).not.toContain('canary');
  });
});
