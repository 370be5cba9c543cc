import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decisionTold, eventTold, stateTold } from '../journal/journal-call.js';
import { JournalStore } from '../journal/journal-store.js';
import { CrmCopies } from '../portals/crm-copies.js';
import { portalCopy } from '../testing/portal-copy.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { decision, event, state } from '../testing/told-of-a-call.js';

let api: TestApi;
let accountId: string;
let key: string;
let portalId: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  const at = `/accounts/${accountId}/portals`;
  const portal = await api.request('POST', at, { key, body: { url: 'demo.amocrm.ru' } });
  ({ portalId } = portal.body as { portalId: string });
  await new CrmCopies(api.database.dataSource).store([portalCopy(accountId, portalId)]);
});

const run = (body: unknown, language = 'ru'): Promise<Answer> =>
  api.request('POST', `/accounts/${accountId}/dry-run`, { key, body, headers: { 'accept-language': language } });

const draft = (): object => ({
  active: false,
  portalId,
  incoming: {
    cells: { answeredUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: 1, statusId: 11 } },
    tagging: { enabled: true, number: 'client' },
    defaultResponsibleUserId: 101,
  },
});
const answered = { direction: 'in', phone: '8 916 123-45-67', outcome: 'answered' };

describe('a dry run', () => {
  it('says in words what a draft would make of a described call, and what would be different', async () => {
    const { status, body } = await run({ call: answered, settings: draft() });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      isActive: false,
      items: [
        {
          call: { callId: null, direction: 'in', phone: '+79161234567', clientKnown: false },
          now: {
            cell: 'answeredUnknown',
            reasons: expect.arrayContaining([{ ruleId: 'R1', code: 'cell_off', text: expect.any(String) }]),
          },
          then: {
            cellName: 'Успешный звонок с неизвестного номера',
            effects: expect.arrayContaining([
              expect.objectContaining({
                effect: 'deal',
                moment: 'answer',
                text: expect.stringMatching(
                  /воронка «Воронка», этап «Первичный контакт», если у клиента нет активной сделки/,
                ),
              }),
            ]),
          },
          differences: expect.arrayContaining([{ kind: 'added', effect: 'contact', text: 'Появится: Контакт' }]),
        },
      ],
    });
    expect((await run({ call: answered, settings: draft() }, 'en')).text).toContain('pipeline “Воронка”');
  });

  it('names what the draft still lacks, and changes nothing', async () => {
    const { body } = await run({
      call: answered,
      settings: { active: false, incoming: { filteredNumbers: ['hello'] } },
    });
    const { problems } = body as { problems: { code: string; path: string }[] };
    expect(problems).toContainEqual(expect.objectContaining({ path: 'portalId', code: 'missing' }));
    expect(problems).toContainEqual(expect.objectContaining({ code: 'not_a_number' }));
    const saved = await api.request('GET', `/accounts/${accountId}/integration`, { key });
    expect(saved.headers.get('etag')).toBe('"0"');
  });

  it('plays the newest real calls that have ended, by what was known of their clients then', async () => {
    const store = api.service.app.get(JournalStore);
    await store.tell([
      ...eventTold(event('leg.answered', 11, { account_id: accountId, employee: { ext: '102' } })),
      ...eventTold(event('call.ended', 71, { account_id: accountId, outcome: 'answered', talk_sec: 60 })),
      decisionTold(decision('end', 71, [], { accountId, clientKnown: true })),
      stateTold(state('decided', 71, { accountId })),
      ...eventTold(event('call.started', 900, { account_id: accountId, call_id: 'still rings' })),
    ]);
    const { body } = await run({ last: 10, settings: draft() });
    expect(body).toMatchObject({
      items: [{ call: { phone: '+79161234567', clientKnown: true }, then: { cell: 'answeredKnown' } }],
    });
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it.each([{}, { last: 1, call: answered }, { last: 0 }, { call: { direction: 'in' } }])(
    'is refused %j',
    async (body) => {
      expect((await run(body)).status).toBe(422);
    },
  );
});
