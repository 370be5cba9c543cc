import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { integrationSettings } from '@perezvon/contracts';
import { ENDED_AFTER_SEC, ivanov, petrova, PbxOfAnAccount, type Call } from './calls-of-a-pbx.js';
import { listsOf, OWNER, PIPELINE_OF_OPEN_DEALS, PORTAL, rounds, withoutACall, type Row } from './every-toggle.js';
import { HeldInCrm, nothing } from './held-in-crm.js';
import { OperatorAtThePage } from './operator-at-the-page.js';
import { StackUnderTest } from './stack-under-test.js';

/**
 * Every toggle's path from end to end: an operator sets it on the page and saves, a client calls, the card stands in amoCRM
 * as the setting says, and the journal on the page tells why. What to set and to expect is the table of every-toggle.ts.
 */
let stack: StackUnderTest;
let operator: OperatorAtThePage;
let pbx: PbxOfAnAccount;

/** Some sixty clicks, or fifteen calls to read: seconds each where many share a machine. No test asserts a time. */
const SLOW_MS = 900_000;

/** The table's calls with their numbers: one client each, so that no call changes what another finds. */
const clients = rounds.flatMap(({ rows }) => rows).map((row, index) => ({ row, ...clientOf(row, index) }));

function clientOf({ client }: Row, index: number): { readonly callId: string; readonly phone: string | null } {
  const phone = client === 'hidden' ? null : `+7916300${String(index).padStart(4, '0')}`;
  return { callId: `call-${String(index)}`, phone };
}

beforeAll(async () => {
  stack = await StackUnderTest.start();
  await createKnownClients();
  operator = await OperatorAtThePage.of(stack);
  pbx = await connectedPbx();
  await operator.logIn();
});
afterAll(async () => {
  await operator.close();
  await stack.stop();
});

describe.each(rounds)('$title', ({ set, rows }) => {
  let before: HeldInCrm;
  let after: HeldInCrm;
  let startedAtSec: number;
  const called = clients.filter(({ row }) => rows.includes(row));

  it(
    'ставится на странице и сохраняется',
    async () => {
      await operator.room('Настройки');
      await operator.unfoldRest('incoming');
      await operator.unfoldRest('outgoing');
      const filtered = called.filter(({ row }) => row.client === 'filtered').map(({ phone }) => phone);
      for (const [path, value] of set) {
        // A task's text has the same placeholder, which is the product's own.
        const isFilter = path.endsWith('.filteredNumbers') && typeof value === 'string';
        await operator.set(path, isFilter ? value.replace('{phone}', filtered.join('\n')) : value);
      }
      expect(await operator.save()).toBe(200);
    },
    SLOW_MS,
  );

  it('звонки проходят через систему', async () => {
    // A call obeys the settings that the services hold when they first hear of it.
    await stack.settled();
    before = await HeldInCrm.now(stack);
    startedAtSec = Math.floor(Date.now() / 1000) - 60;
    for (const { row, callId, phone } of called) {
      if (row.route !== undefined && phone !== null) {
        await untilInDirectory(phone);
        expect(await pbx.askRoute(callId, phone)).toMatchObject(row.route);
      }
    }
    const calls = called.map(({ row, callId, phone }): Call & { callId: string } => ({ ...row.call, callId, phone }));
    await pbx.tell(calls, new Date(startedAtSec * 1000));
    await stack.journalled();
    after = await HeldInCrm.now(stack);
  });

  it.each(called.map((each) => ({ ...each, title: titleOf(each.row) })))('$title: amoCRM', ({ row, phone }) => {
    if (phone === null) {
      const category = row.call.direction === 'in' ? 'sip' : 'forms';
      const made = after.withoutNumber().filter((record) => record.category === category);
      expect(made).toEqual(row.held('').unsorted ?? []);
      return;
    }
    const held = after.of(phone, before, { startedAtSec, endedAtSec: startedAtSec + ENDED_AFTER_SEC });
    expect(held).toEqual({ ...nothing, ...row.held(phone) });
  });

  it(
    'журнал на странице говорит о каждом, что и почему',
    async () => {
      await operator.room('Журнал звонков');
      for (const { row, phone } of called) await readInJournal(row, phone);
    },
    SLOW_MS,
  );
});

describe('таблица этого испытания', () => {
  it('знает каждую настройку', () => {
    const shown = new Set(clients.flatMap(({ row }) => row.shows));
    const known = leavesOf(integrationSettings, '').filter((path) => !withoutACall.includes(path));
    expect(known.filter((path) => !shown.has(path))).toEqual([]);
    expect([...shown].filter((path) => !known.includes(path))).toEqual([]);
  });

  it('ставит каждый переключатель в оба положения', () => {
    const set = rounds.flatMap((round) => round.set);
    const switches = new Set(set.filter(([, value]) => typeof value === 'boolean').map(([path]) => path));
    const turned = (path: string) => new Set(set.filter(([at]) => at === path).map(([, value]) => value));
    expect([...switches].filter((path) => turned(path).size < 2)).toEqual([]);
  });

  it('выбирает всё, что страница предлагает на выбор', async () => {
    await operator.room('Настройки');
    for (const side of ['incoming', 'outgoing'] as const) {
      await operator.unfoldRest(side);
      // Lists of what is off are folded away.
      const toggles = [...listsOf(side).map((path) => path.replace(/\.(action|number)$/, ''))];
      for (const path of toggles) {
        if ((await operator.field(path).getByRole('switch').count()) > 0) await operator.switchOn(path);
      }
      for (const path of listsOf(side)) {
        const chosen = rounds.flatMap(({ set }) => set.filter(([at]) => at === path).map(([, value]) => value));
        expect({ path, offered: (await operator.offered(path)).sort() }).toEqual({ path, offered: [...chosen].sort() });
      }
    }
  });

  it('не сломало страницу', () => {
    expect(operator.complaints).toEqual([]);
  });
});

/** Resolves when the client is in the copy of amoCRM that routes are answered from: the first question has it looked up. */
async function untilInDirectory(phone: string): Promise<void> {
  const giveUpAt = Date.now() + 120_000;
  for (let asked = 0; ; asked += 1) {
    const answer = JSON.stringify(await pbx.askRoute(`before ${phone} ${String(asked)}`, phone));
    if (!answer.includes('directory_incomplete')) return;
    if (Date.now() > giveUpAt) throw new Error(`${phone} does not come into the directory`);
    await sleep(300);
  }
}

/** The newest call of the client: its line says what was made, its account says why. */
async function readInJournal(row: Row, phone: string | null): Promise<void> {
  const { page } = operator;
  const side = row.call.direction === 'in' ? 'Входящий' : 'Исходящий';
  const line = page
    .getByRole('row')
    .filter({ hasText: phone ?? 'Номер скрыт' })
    .filter({ has: page.getByLabel(side) })
    .first();
  for (const made of badgesOf(row, phone ?? '')) await line.getByText(made, { exact: true }).waitFor();
  await line.getByRole('button').click();
  await page.getByRole('heading', { name: phone ?? 'Номер скрыт' }).waitFor();
  for (const sentence of row.told) await page.getByRole('main').getByText(sentence).first().waitFor();
  await page.getByRole('link', { name: 'Все звонки' }).click();
  await page.getByRole('heading', { name: 'Журнал звонков' }).waitFor();
}

/** What the journal's list says that the call made. */
function badgesOf(row: Row, phone: string): string[] {
  const { contacts = [], deals = [], unsorted = [], notes = [], tasks = [] } = row.held(phone);
  const words = [
    [contacts, 'Контакт'],
    [deals, 'Сделка'],
    [unsorted, 'Неразобранное'],
    [notes, 'Звонок в карточке'],
    [tasks, 'Задача'],
  ] as const;
  const made = words.filter(([things]) => things.length > 0).map(([, word]) => word);
  return made.length > 0 ? made : ['Записывать нечего'];
}

function titleOf({ title, call }: Row): string {
  return `${call.direction === 'in' ? 'входящий' : 'исходящий'}, ${title}`;
}

/** Clients whom amoCRM knows, before anything of ours reads it. */
async function createKnownClients(): Promise<void> {
  const state = (await stack.emulator('GET', 'state')) as {
    readonly users: readonly { readonly id: number; readonly name: string }[];
    readonly pipelines: readonly {
      readonly id: number;
      readonly name: string;
      readonly statuses: readonly { readonly id: number; readonly type: number }[];
    }[];
  };
  const owner = state.users.find(({ name }) => name === OWNER)?.id;
  const pipeline = state.pipelines.find(({ name }) => name === PIPELINE_OF_OPEN_DEALS);
  const stage = pipeline?.statuses.find(({ type }) => type === 0)?.id;
  for (const { row, phone } of clients) {
    if (!row.client.startsWith('known')) continue;
    const contact = {
      name: `Клиент ${String(phone)}`,
      responsible_user_id: owner,
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }],
    };
    if (row.client === 'known') {
      await stack.emulator('POST', 'by-hand', { method: 'POST', path: '/api/v4/contacts', body: [contact] });
    } else {
      const deal = { name: 'Открытая сделка', pipeline_id: pipeline?.id, status_id: stage, responsible_user_id: owner };
      const body = [{ ...deal, _embedded: { contacts: [contact] } }];
      await stack.emulator('POST', 'by-hand', { method: 'POST', path: '/api/v4/leads/complex', body });
    }
  }
}

/** The account's portal, employees and telephony; the page's part in it is shown by settings-page.spec. */
async function connectedPbx(): Promise<PbxOfAnAccount> {
  const at = `/accounts/${operator.accountId}`;
  const ask = async <Body>(method: string, path: string, body: unknown): Promise<Body> => {
    const answer = await stack.settingsApi(method, `${at}${path}`, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as Body;
  };
  const { portalId } = await ask<{ portalId: string }>('POST', '/portals', {
    name: PORTAL,
    url: stack.emulatorUrl,
  });
  await ask('PUT', `/portals/${portalId}/credentials`, { longLivedToken: stack.amocrmToken });
  const employees = await ask<{ employeeId: string; pbxId: string }[]>(
    'PUT',
    '/employees',
    [petrova, ivanov].map(({ pbx_id, ext, name }) => ({ pbxId: pbx_id, ext, name })),
  );
  const users: Readonly<Record<string, number>> = { [petrova.pbx_id]: 101, [ivanov.pbx_id]: 102 };
  const mapping = employees.map(({ employeeId, pbxId }) => ({ employeeId, crmUserId: users[pbxId] }));
  await ask('PUT', '/mapping', mapping);
  const source = await ask<{ sourceId: string; secret: string }>('POST', '/pbx-sources', {
    kind: 'canonical',
    timeZone: 'Europe/Moscow',
    settleDelaySec: 0,
    ringLimitSec: 120,
    routeFallback: 'branch',
  });
  return new PbxOfAnAccount(stack, operator.accountId, { id: source.sourceId, secret: source.secret });
}

/** The places of the settings' leaves, read off their schema. */
function leavesOf(schema: object, path: string): string[] {
  if (!('shape' in schema) || typeof schema.shape !== 'object' || schema.shape === null) return [path];
  return Object.entries(schema.shape).flatMap(([name, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null ? leavesOf(part, path === '' ? name : `${path}.${name}`) : [],
  );
}
