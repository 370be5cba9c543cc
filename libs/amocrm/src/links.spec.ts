import { describe, expect, it } from '@jest/globals';
import { openScriptedClient, type ScriptedClient } from './testing/scripted-client.js';
import { answer, type Step } from './testing/scripted-portal.js';

let portal: ScriptedClient['portal'];
let client: ScriptedClient['client'];

async function against(...steps: Step[]): Promise<void> {
  ({ portal, client } = await openScriptedClient(steps));
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
