import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface CallBody {
  id: number;
  entity_id: number;
  entity_type: string;
}
interface CallsBody {
  _total_items: number;
  errors: { title: string; request_id: string }[];
  _embedded: { calls: CallBody[] };
}

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const CALLS = '/api/v4/calls';
const phone = (value: string) => ({ custom_fields_values: [{ field_code: 'PHONE', values: [{ value }] }] });
const call = (more: Record<string, unknown> = {}) => ({
  direction: 'inbound',
  duration: 12,
  source: 'АТС',
  phone: '+7 (916) 123-45-67',
  uniq: 'call-1',
  ...more,
});
const add = async (...items: unknown[]) => (await open.amo.post(CALLS, items)).json<CallsBody>();
const place = async (more: Record<string, unknown> = {}) => {
  const [made] = (await add(call(more)))._embedded.calls;
  return [made?.entity_type, made?.entity_id];
};
const leadOf = (contact: number, more: Record<string, unknown> = {}) =>
  open.amo.create('/api/v4/leads', { _embedded: { contacts: [{ id: contact }] }, ...more });
const settings = () => open.emulator.control.portal().settings;

describe('§6.1 POST /calls chooses the card', () => {
  it('by the last ten digits, a contact before a company, the oldest of several', async () => {
    const company = await open.amo.create('/api/v4/companies', phone('89161234567'));
    expect(await place()).toEqual(['company', company]);
    const older = await open.amo.create('/api/v4/contacts', phone('9161234567'));
    const newer = await open.amo.create('/api/v4/contacts', phone('+79161234567'));
    expect(await place()).toEqual(['contact', older]);
    settings().callCardOrder = 'newest_contact';
    expect(await place()).toEqual(['contact', newer]);
    settings().callCardOrder = 'company_first';
    expect(await place()).toEqual(['company', company]);
  });

  it('exactly one active lead gets the call; none, several and closed ones leave it to the contact', async () => {
    const contact = await open.amo.create('/api/v4/contacts', phone('9161234567'));
    await leadOf(contact, { status_id: 142, pipeline_id: 3101 });
    expect(await place()).toEqual(['contact', contact]);
    const lead = await leadOf(contact);
    expect(await place()).toEqual(['lead', lead]);
    await leadOf(contact);
    expect(await place()).toEqual(['contact', contact]);
  });

  it('the lead of a claim that waits is active by switch only, and its hidden contact never has the number', async () => {
    settings().unsortedMetadata = 'lenient';
    const claim = { source_uid: 's', source_name: 'АТС', _embedded: { contacts: [phone('9161234567')] } };
    await open.amo.post('/api/v4/leads/unsorted/sip', [claim]);
    expect((await open.amo.post(CALLS, [call()])).status).toBe(400);
    const contact = await open.amo.create('/api/v4/contacts', phone('9161234567'));
    const known = { ...claim, source_uid: 't', _embedded: { contacts: [{ id: contact }] } };
    const made = (await open.amo.post('/api/v4/leads/unsorted/sip', [known])).json<
      Page<{ _embedded: { leads: { id: number }[] } }>
    >();
    expect(await place()).toEqual(['contact', contact]);
    settings().unsortedLeadIsActive = true;
    expect(await place()).toEqual(['lead', made._embedded['unsorted']?.[0]?._embedded.leads[0]?.id]);
  });

  it('knows a number that was changed or a card that was deleted, and young cards only after its lag', async () => {
    settings().callIndexLagMs = 5000;
    const contact = await open.amo.create('/api/v4/contacts', phone('9161234567'));
    expect((await open.amo.post(CALLS, [call()])).status).toBe(400);
    open.clock.advance(5000);
    expect(await place()).toEqual(['contact', contact]);
    await open.amo.patch(`/api/v4/contacts/${contact}`, phone('9990000000'));
    expect((await open.amo.post(CALLS, [call()])).status).toBe(400);
    expect(await place({ phone: '89990000000' })).toEqual(['contact', contact]);
  });
});

describe('§6.1 POST /calls stores', () => {
  let contact: number;
  beforeEach(async () => {
    contact = await open.amo.create('/api/v4/contacts', phone('9161234567'));
  });

  it('a note with what was said, dated back, by the employee who talked, and answers its id', async () => {
    const body = await add(
      call({ call_responsible: 102, created_at: 1767000000, link: 'https://a/1', call_status: 4 }),
    );
    expect(body).toMatchObject({ _total_items: 1, errors: [], _embedded: { calls: [{ request_id: '0' }] } });
    const id = body._embedded.calls[0]?.id;
    expect((await open.amo.get(`/api/v4/contacts/notes/${id}`)).json()).toMatchObject({
      entity_id: contact,
      note_type: 'call_in',
      created_by: 102,
      created_at: 1767000000,
      params: { uniq: 'call-1', duration: 12, phone: '+7 (916) 123-45-67', link: 'https://a/1', call_status: '4' },
    });
  });

  it('the robot as author when nobody is named, created_by when only a name is', async () => {
    const authorOf = async (more: Record<string, unknown>) => {
      const id = (await add(call(more)))._embedded.calls[0]?.id;
      return (await open.amo.get(`/api/v4/contacts/notes/${id}`)).json<{ created_by: number }>().created_by;
    };
    expect(await authorOf({})).toBe(0);
    expect(await authorOf({ call_responsible: 'Пётр', created_by: 103 })).toBe(103);
  });

  it('the same call as often as it is sent (§10), and refuses null and wrong kinds', async () => {
    await add(call(), call());
    expect(open.emulator.control.report().duplicates.noteUniq).toMatchObject([{ marker: 'call-1', count: 2 }]);
    const reply = await open.amo.post(CALLS, [
      call({ call_status: null, call_result: null, direction: 'sideways' }),
      { direction: 'outbound', duration: '1' },
    ]);
    expect(errorsOf(reply)).toEqual([
      '0: NotSupportedChoice direction',
      '0: NotNullable call_status',
      '0: NotNullable call_result',
      '1: InvalidType duration',
      '1: FieldMissing source',
      '1: FieldMissing phone',
    ]);
    expect((await open.amo.get(CALLS)).status).toBe(405);
  });

  it('nothing without a card: 400 "Entity not found" without validation-errors; the found ones of a batch with 200', async () => {
    const stranger = call({ phone: '70000000000', request_id: 'x' });
    const alone = await open.amo.post(CALLS, [stranger]);
    expect([alone.status, alone.json()]).toEqual([
      400,
      {
        _total_items: 0,
        errors: [{ title: 'Entity not found', detail: 'Entity not found', request_id: 'x' }],
        _embedded: { calls: [] },
      },
    ]);
    const mixed = await open.amo.post(CALLS, [call(), stranger]);
    expect([mixed.status, mixed.json()]).toMatchObject([200, { _total_items: 1, errors: [{ request_id: 'x' }] }]);
  });

  it('§12.1 answers 200 and adds nothing by switch', async () => {
    settings().callWithoutCard = 'ignore';
    const reply = await open.amo.post(CALLS, [call({ phone: '70000000000' })]);
    expect([reply.status, reply.json<CallsBody>()]).toMatchObject([200, { _total_items: 0, errors: [] }]);
  });
});

describe('§8 incoming-call pop-up', () => {
  const popUp = (more: Record<string, unknown> = {}) =>
    open.amo.post('/api/v2/events/', { add: [{ type: 'phone_call', phone_number: '+79161234567', ...more }] });

  it('tells the card of the caller, null for a stranger, and stores nothing', async () => {
    const contact = await open.amo.create('/api/v4/contacts', phone('9161234567'));
    const reply = await popUp({ users: [101] });
    expect([reply.status, reply.json()]).toMatchObject([
      202,
      { _embedded: { items: [{ element_id: contact, element_type: 1, phone_number: '+79161234567' }] } },
    ]);
    expect((await popUp({ phone_number: '123' })).json()).toMatchObject({
      _embedded: { items: [{ element_id: null, element_type: null }] },
    });
    expect((await popUp({ users: [9] })).status).toBe(400);
    expect(open.emulator.control.state().notes).toEqual([]);
  });
});
