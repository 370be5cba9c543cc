import { type Clock } from '../clock.js';
import { type SeededRandom } from '../random.js';
import { type Change } from './change.js';
import { type CustomField, type FieldEnum, type Pipeline, OWN_CARDS } from './model.js';
import { freshPipeline } from './pipeline-edits.js';
import { type Directory, PortalStore } from './portal-store.js';
import { TagBook } from './tag-book.js';

/** Ids of one portal never occur in another, so that a mix-up of portals fails instead of hitting a neighbour's card. */
const PORTAL_ID_STEP = 1_000_000;

/** A fresh portal as a customer finds it after signing up: people, two pipelines, PHONE and EMAIL, no cards. */
export function freshStore(
  portalIndex: number,
  clock: Clock,
  random: SeededRandom,
  listingLagMs: () => number,
  onChange: (change: Change) => void,
): PortalStore {
  const base = portalIndex * PORTAL_ID_STEP;
  const ids = {
    contacts: base + 50_001,
    companies: base + 60_001,
    leads: base + 70_001,
    tasks: base + 80_001,
    notes: base + 90_001,
    unsorted: base + 1,
    events: base + 1,
    tags: base + 20_001,
    fields: base + 40_101,
    enums: base + 41_101,
    users: base + 105,
    pipelines: base + 3201,
    statuses: base + 33_001,
    sources: base + 501,
  };
  const createdAt = Math.floor(clock.nowMs() / 1000);
  return new PortalStore(
    30_000_001 + portalIndex,
    createdAt,
    freshDirectory(base),
    ids,
    clock,
    random,
    listingLagMs,
    onChange,
  );
}

function freshDirectory(base: number): Directory {
  return {
    users: [
      user(base + 101, 'Анна Смирнова', 'anna', { is_admin: true }),
      user(base + 102, 'Пётр Иванов', 'petr'),
      user(base + 103, 'Мария Кузнецова', 'maria'),
      user(base + 104, 'Олег Соколов', 'oleg', { is_active: false }),
    ],
    pipelines: [
      seededPipeline(base + 3101, 'Воронка', true, [
        'Первичный контакт',
        'Переговоры',
        'Принимают решение',
        'Согласование договора',
      ]),
      seededPipeline(base + 3102, 'Повторные продажи', false, [
        'Новая заявка',
        'Коммерческое предложение',
        'Ожидание оплаты',
      ]),
    ],
    sources: [],
    roles: [{ id: base + 201, name: 'Менеджер', rights: OWN_CARDS }],
    taskTypes: [
      { id: 1, name: 'Связаться', code: 'FOLLOW_UP' },
      { id: 2, name: 'Встреча', code: 'MEETING' },
    ],
    fields: {
      contacts: contactFields(base + 40_001, base + 41_001),
      companies: contactFields(base + 40_011, base + 41_011),
      leads: [],
    },
    tags: { contacts: new TagBook(), companies: new TagBook(), leads: new TagBook() },
  };
}

function user(id: number, name: string, login: string, more: { is_admin?: boolean; is_active?: boolean } = {}) {
  return {
    id,
    name,
    email: `${login}@demo.example`,
    phone_number: `+7495000${String(id % 1000).padStart(4, '0')}`,
    is_admin: more.is_admin ?? false,
    is_free: false,
    is_active: more.is_active ?? true,
    group_id: 0,
    role_id: null,
    rights: OWN_CARDS,
  };
}

/** Stage ids that show which pipeline they belong to. */
function seededPipeline(id: number, name: string, isMain: boolean, stages: string[]): Pipeline {
  const asked = { name, sort: isMain ? 1 : 2, stages: stages.map((stage) => ({ name: stage })) };
  return freshPipeline(id, isMain, asked, (index) => id * 10 + index);
}

function contactFields(fieldId: number, enumId: number): CustomField[] {
  const enums = (first: number, codes: string[]): FieldEnum[] =>
    codes.map((code, index) => ({ id: first + index, value: code, code, sort: (index + 1) * 2 }));
  const common = { type: 'multitext', is_api_only: false, is_predefined: true, group_id: null };
  return [
    {
      ...common,
      id: fieldId,
      name: 'Телефон',
      code: 'PHONE',
      sort: 4,
      enums: enums(enumId, ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER']),
    },
    {
      ...common,
      id: fieldId + 1,
      name: 'Email',
      code: 'EMAIL',
      sort: 6,
      enums: enums(enumId + 6, ['WORK', 'PRIV', 'OTHER']),
    },
  ];
}
