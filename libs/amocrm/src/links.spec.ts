import { afterEach, describe, expect, it } from '@jest/globals';
import { createAmocrmClient, type AmocrmClient } from './index.js';
import { answer, ScriptedPortal, type Step } from './testing/scripted-portal.js';

let portal: ScriptedPortal;
let client: AmocrmClient;
afterEach(async () => {
  client.close();
  await portal.stop();
});

async function against(...steps: Step[]): Promise<void> {
  portal = await ScriptedPortal.start(steps);
  client = createAmocrmClient({
    baseUrl: portal.origin,
    extraOrigins: [portal.origin],
    token: () => Promise.resolve('token'),
  });
}

const sent = (): unknown => JSON.parse(portal.requests[0]?.body ?? '');
const link = (id: number, type: string, metadata: object | null): object => ({
  entity_id: 1,
  entity_type: 'leads',
  to_entity_id: id,
  to_entity_type: type,
  metadata,
});

describe('links (§4.4)', () => {
  it('of a lead name its contacts, the main one among them, and leave out what we have no use for', async () => {
    await against(
      answer(200, {
        _total_items: 3,
        _embedded: {
          links: [
            link(10, 'contacts', { main_contact: true }),
            link(20, 'companies', null),
            link(30, 'catalog_elements', { quantity: 1 }),
          ],
        },
      }),
    );
    expect(await client.links('leads', 1)).toMatchObject({
      kind: 'done',
      value: [
        { type: 'contacts', id: 10, isMain: true },
        { type: 'companies', id: 20, isMain: null },
      ],
    });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/1/links');
  });

  it('of a card without any are none', async () => {
    await against(answer(204));
    expect(await client.links('contacts', 1)).toMatchObject({ kind: 'done', value: [] });
  });

  it('are made from the lead’s side', async () => {
    await against(answer(200, { _total_items: 1, _embedded: { links: [link(10, 'contacts', null)] } }));
    const result = await client.link('leads', 1, [{ type: 'contacts', id: 10, isMain: true }]);
    expect(result).toMatchObject({ kind: 'done', value: [{ type: 'contacts', id: 10 }] });
    expect(sent()).toEqual([{ to_entity_id: 10, to_entity_type: 'contacts', metadata: { is_main: true } }]);
    expect(portal.requests[0]).toMatchObject({ method: 'POST', path: '/api/v4/leads/1/link' });
  });
});
