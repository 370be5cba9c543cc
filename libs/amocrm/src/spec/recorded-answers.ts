import { answer, response, type Step } from '../testing/scripted-portal.js';

/**
 * amoCRM's answers as its reference has them (amocrm-api.md; the section stands beside each), with one story's ids: the
 * contact 7 with its deal 70, note 900, task 500 and claim. Written from the reference, never from the emulator.
 */
const links = { self: { href: 'https://demo.amocrm.ru/api/v4/contacts/7' } };
const many = (name: string, items: object[], more: object = {}): Step =>
  answer(200, { _page: 1, _links: links, ...more, _embedded: { [name]: items } });
const created = (name: string, id: number, more: object = {}): Step =>
  answer(200, { _links: links, _embedded: { [name]: [{ id, request_id: '0', _links: links, ...more }] } });
const problem = (status: number, title: string, detail: string, more: object = {}): Step =>
  answer(
    status,
    { title, type: `https://httpstatus.es/${status}`, status, detail, ...more },
    { 'Content-Type': 'application/problem+json' },
  );

/** §2.4 */
export const nothing = answer(204);
export const notFound = problem(404, 'Not Found', 'Entity not found');
export const serverError = problem(500, 'Internal Server Error', 'Internal Server Error');
/** A page of the gateway, as it comes with 403, 429 and 5xx (§11). */
export const html = (status: number): Step =>
  answer(status, `<html><head><title>${status}</title></head><body><center>nginx</center></body></html>`);
/** §1.7 */
export const unauthorised = problem(401, 'Unauthorized', 'Invalid user name or password');
export const unpaid = problem(402, 'Payment Required', 'Payment required');
export const forbidden = problem(403, 'Forbidden', 'Forbidden');
/** §2.1 */
export const tooManyRequests = problem(429, 'Too Many Requests', '', { retry_after: 300 });
/** §2.5 */
export const refusedChoice = (path: string, request_id = '0'): Step =>
  problem(400, 'Bad Request', 'Request validation failed', {
    'validation-errors': [
      {
        request_id,
        errors: [{ code: 'NotSupportedChoice', path, detail: 'The value you selected is not a valid choice.' }],
      },
    ],
  });
export const noAnswer: Step = (socket) => socket.destroy();
export const cutAnswer: Step = (socket) => socket.end(response(200, { _embedded: { contacts: [] } }).subarray(0, -5));
export const brokenJson = answer(200, '{"_embedded":{"contacts":[{"id":', { 'Content-Type': 'application/hal+json' });

/** §3.1 */
export const account = answer(200, {
  id: 31_000_001,
  name: 'Демо',
  subdomain: 'demo',
  created_at: 1_767_225_600,
  current_user_id: 101,
  country: 'RU',
  currency: 'RUB',
  customers_mode: 'disabled',
  is_unsorted_on: true,
  is_loss_reason_enabled: true,
  is_api_filter_enabled: false,
  version: 15,
  amojo_id: 'f3c6340d-410e-4ad1-9f7e-c5e663904909',
  _embedded: {
    users_groups: [{ id: 0, name: 'Отдел продаж', uuid: null }],
    task_types: [
      { id: 1, name: 'Связаться', color: null, icon_id: null, code: 'FOLLOW_UP' },
      { id: 2, name: 'Встреча', color: null, icon_id: null, code: 'MEETING' },
    ],
    datetime_settings: { timezone: 'Europe/Moscow', timezone_offset: '+03:00' },
  },
});

/** §3.3 */
const status = (id: number, name: string, sort: number, type = 0): object => ({
  ...{ id, name, sort, type, pipeline_id: 3101, is_editable: type === 0 && id > 143 },
  ...{ color: '#99ccff', account_id: 31_000_001 },
});
export const pipelines = answer(200, {
  _total_items: 1,
  _links: links,
  _embedded: {
    pipelines: [
      {
        ...{ id: 3101, name: 'Воронка', sort: 1, is_main: true, is_unsorted_on: true, is_archive: false },
        _embedded: {
          statuses: [
            status(31_010, 'Неразобранное', 10, 1),
            status(31_011, 'Первичный контакт', 20),
            status(142, 'Успешно реализовано', 10_000),
            status(143, 'Закрыто и не реализовано', 11_000),
          ],
        },
      },
    ],
  },
});

/** §3.2 */
const user = (id: number, is_active: boolean): object => ({
  ...{ id, name: `Сотрудник ${id}`, email: `u${id}@demo.example`, lang: 'ru' },
  rights: { leads: { view: 'A', edit: 'A' }, is_admin: id === 101, is_free: false, is_active, status_rights: null },
});
export const users = many('users', [user(101, true), user(104, false)], { _total_items: 2, _page_count: 1 });

/** §3.4 */
const contact = (id: number): object => ({
  ...{ id, name: 'Иван', first_name: 'Иван', last_name: '', responsible_user_id: 101, group_id: 0 },
  ...{ created_by: 101, updated_by: 101, created_at: 1_767_225_600, updated_at: 1_767_225_600, is_deleted: false },
  closest_task_at: null,
  custom_fields_values: [
    {
      ...{ field_id: 101, field_name: 'Телефон', field_code: 'PHONE', field_type: 'multitext' },
      values: [{ value: '+79161234567', enum_id: 11, enum_code: 'MOB' }],
    },
  ],
  account_id: 31_000_001,
  _links: links,
  _embedded: { tags: [], companies: [] },
});
export const contactList = many('contacts', [contact(7)]);
export const createdContact = created('contacts', 7);
export const createdContacts = (count: number): Step =>
  answer(200, {
    _embedded: {
      contacts: Array.from({ length: count }, (_, index) => ({ id: 7 + index, request_id: String(index) })),
    },
  });
/** A list that grew while it was read, and whose last link leads to nothing (§2.3). */
const next = { _links: { next: { href: 'https://demo.amocrm.ru/api/v4/contacts?page=2' } } };
export const contactPages = [
  many('contacts', [contact(9), contact(8)], next),
  many('contacts', [contact(8), contact(7)], next),
  nothing,
];
/** §4.1, §4.3 */
export const createdLead = created('leads', 70);
export const createdComplex = answer(200, [
  { id: 70, contact_id: 7, company_id: null, request_id: ['0'], merged: false },
]);
export const lead = answer(200, {
  ...{ id: 70, name: 'Звонок', price: 0, responsible_user_id: 101, status_id: 31_011, pipeline_id: 3101 },
  ...{ created_at: 1_767_225_600, updated_at: 1_767_225_600, closed_at: null, is_deleted: false },
  custom_fields_values: null,
  _embedded: { tags: [], companies: [], contacts: [{ id: 7, is_main: true, _links: links }] },
});
/** §4.4 */
export const linked = answer(200, {
  _total_items: 1,
  _embedded: {
    links: [
      {
        ...{ entity_id: 70, entity_type: 'leads', to_entity_id: 7, to_entity_type: 'contacts' },
        metadata: { main_contact: true },
      },
    ],
  },
});
/** §3.4, §4.2 */
export const createdField = created('custom_fields', 55);
export const fieldList = many('custom_fields', [
  { id: 55, name: 'Perezvon', type: 'text', code: 'PEREZVON', sort: 510, is_api_only: true, enums: null },
]);
export const createdTag = created('tags', 40, { name: '79161234567', color: null });
export const tagList = many('tags', [{ id: 40, name: '79161234567', color: null }]);

/** §6.2: `call_status` comes back as text. */
const note = (params: object): object => ({
  ...{ id: 900, entity_id: 7, created_by: 101, updated_by: 101, created_at: 1_767_225_600, updated_at: 1_767_225_600 },
  ...{ responsible_user_id: 101, group_id: 0, note_type: 'call_in', account_id: 31_000_001 },
  params: { uniq: 'call-1', duration: 12, source: 'Perezvon', phone: '+79161234567', ...params },
});
export const createdNote = created('notes', 900, { entity_id: 7 });
export const noteList = many('notes', [note({ link: null, call_status: '4' })]);
export const patchedNote = answer(200, {
  _embedded: { notes: [{ id: 900, entity_id: 7, updated_at: 1_767_225_601 }] },
});
export const noteWithLink = answer(200, note({ link: 'https://records.example/1.mp3' }));
/** §6.3 */
export const eventList = many('events', [
  {
    ...{ id: '01pz58t6p04ymgsgfbmfyfy1mf', type: 'incoming_call', entity_id: 7, entity_type: 'contact' },
    ...{ created_by: 101, created_at: 1_767_225_600, account_id: 31_000_001 },
    value_after: [{ note: { id: 900 } }],
    value_before: [],
    _embedded: { entity: { id: 7, _links: links } },
  },
]);
/** §7: an empty result is `[]`. */
export const createdTask = created('tasks', 500);
export const taskList = many('tasks', [
  {
    ...{ id: 500, text: 'Перезвонить', complete_till: 1_767_225_600, task_type_id: 1, entity_id: 7 },
    ...{ entity_type: 'contacts', responsible_user_id: 101, is_completed: false, result: [], duration: 0 },
  },
]);
/** §5.1, §5.2: `phone` may be a number, `duration` text, `link` null. */
const uid = 'c8ab1e6e2d5f4b0f9a7b';
const embedded = { contacts: [{ id: 7, _links: links }], leads: [{ id: 70, _links: links }], companies: [] };
export const createdClaim = answer(200, {
  _total_items: 1,
  _embedded: { unsorted: [{ uid, account_id: 31_000_001, request_id: '0', _links: links, _embedded: embedded }] },
});
export const claimList = many('unsorted', [
  {
    ...{ uid, source_uid: 'call-1', source_name: 'Perezvon', category: 'sip', pipeline_id: 3101 },
    ...{ created_at: 1_767_225_600, account_id: 31_000_001 },
    metadata: { from: '', phone: 79_161_234_567, called_at: 1_767_225_600, duration: '0', link: null, uniq: 'call-1' },
    _embedded: embedded,
  },
]);
export const summary = answer(200, {
  ...{ total: 1, accepted: 0, declined: 0, average_sort_time: 0 },
  categories: { sip: { total: 1 } },
});
/** §9.1 */
const hook = {
  ...{ id: 5, destination: 'https://perezvon.example/v1/amocrm/1/secret', created_by: 101, sort: 1, disabled: false },
  ...{ created_at: 1_767_225_600, updated_at: 1_767_225_600, account_id: 31_000_001, settings: ['add_contact'] },
};
export const webhook = answer(201, hook);
export const webhookList = many('webhooks', [hook], { _total_items: 1 });
