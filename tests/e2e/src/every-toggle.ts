import { ANSWERED_AFTER_SEC, ENDED_AFTER_SEC, ivanov, petrova, VIRTUAL_NUMBER, type Call } from './calls-of-a-pbx.js';
import type { Held } from './held-in-crm.js';

/**
 * Every setting of the page, each with a call that obeys it: what an operator sets → how a client calls → what stands in
 * amoCRM then → what the journal says. A round is saved at once, and its calls are told together.
 */

type Side = 'incoming' | 'outgoing';

export interface Row {
  readonly title: string;
  /** The settings that decide it: their places in the document. */
  readonly shows: readonly string[];
  readonly call: Omit<Call, 'phone'>;
  /** Whether amoCRM has a card of the client before the call; its responsible is {@link OWNER}. */
  readonly client: 'new' | 'known' | 'known, with an open deal' | 'hidden' | 'filtered';
  /** What the call makes, by the client's number; what is not named is not made. */
  readonly held: (phone: string) => Partial<Held>;
  /** Sentences of the call's account in the journal. */
  readonly told: readonly string[];
  /** What the PBX is answered when it asks whom to connect the caller to, before the call. */
  readonly route?: object;
}

export interface Round {
  readonly title: string;
  readonly set: readonly (readonly [path: string, value: boolean | string])[];
  readonly rows: readonly Row[];
}

/** The portal's name in the list of the page. */
export const PORTAL = 'Эмулятор';
/** The user of amoCRM who owns the known clients' cards, and the pipeline where some have an open deal. */
export const OWNER = 'Пётр Иванов';
export const PIPELINE_OF_OPEN_DEALS = 'Повторные продажи';
/** In three spellings; `{phone}` is the filtered client's. */
const FILTER = '{phone}\n8 (495) 000-00-01\n7499*';
const RECORD = 'https://records.example.ru/talk.mp3';

/** The names under which the journal tells the cells, in the words of the page. */
const cellNames = {
  incoming: {
    answeredUnknown: 'Успешный звонок с неизвестного номера',
    missedUnknown: 'Непринятый звонок с неизвестного номера',
    answeredKnown: 'Успешный звонок от существующего клиента',
    missedKnown: 'Непринятый звонок от существующего клиента',
  },
  outgoing: {
    answeredUnknown: 'Успешный звонок на неизвестный номер',
    missedUnknown: 'Непринятый звонок на неизвестный номер',
    answeredKnown: 'Успешный звонок существующему клиенту',
    missedKnown: 'Непринятый звонок существующему клиенту',
  },
} as const;
export type Cell = keyof (typeof cellNames)['incoming'];
export const cells = Object.keys(cellNames.incoming) as readonly Cell[];

const actions = {
  contactAndDeal: 'Создавать новый контакт и сделку',
  unsorted: 'Создавать запись в неразобранном',
  contact: 'Создавать новый контакт',
  dealAlways: 'Создавать сделку всегда',
} as const;

const digits = (phone: string): string => phone.slice(1);
const virtual = digits(VIRTUAL_NUMBER);

/** What the three rounds of a direction have in common. */
class Direction {
  constructor(
    readonly side: Side,
    readonly isIncoming = side === 'incoming',
  ) {}

  readonly at = (path: string): string => `${this.side}.${path}`;

  cell(name: Cell, action: string, pipeline?: string, stage?: string): Round['set'] {
    const path = this.at(`cells.${name}`);
    return [
      [path, true],
      [`${path}.action`, action],
      ...(pipeline === undefined ? [] : [[`${path}.pipelineId`, pipeline] as const]),
      ...(stage === undefined ? [] : [[`${path}.statusId`, stage] as const]),
    ];
  }

  /** The parts of a cell that its call shows. */
  ofCell(name: Cell, ...parts: string[]): string[] {
    return ['enabled', ...parts].map((part) => this.at(`cells.${name}.${part}`));
  }

  answered(more: Partial<Call> = {}): Row['call'] {
    return { direction: this.isIncoming ? 'in' : 'out', outcome: 'answered', ...more };
  }

  get missed(): Row['call'] {
    return { direction: this.isIncoming ? 'in' : 'out', outcome: 'missed' };
  }

  name(cell: Cell): string {
    return cellNames[this.side][cell];
  }

  /** A record as amoCRM gets it of a call: outgoing ones are forms, which have no recording. */
  claim(phone: string | null, pipeline: string, tags: string[], recordUrl: string | null): Held['unsorted'][number] {
    const name = phone === null ? 'Номер скрыт' : `${this.isIncoming ? 'Звонок от' : 'Звонок на'} ${phone}`;
    const category = this.isIncoming ? 'sip' : 'forms';
    return { category, pipeline, name, tags, recordUrl: this.isIncoming ? recordUrl : null };
  }
}

const onBothSides = <Item>(make: (direction: Direction) => readonly Item[]): Item[] =>
  (['incoming', 'outgoing'] as const).flatMap((side) => make(new Direction(side)));

const first: Round = {
  title: 'контакт и сделка, теги с номером клиента, задача принявшему, фильтр, персональный менеджер',
  set: [
    ['portalId', PORTAL],
    ...onBothSides((direction) => [
      ...direction.cell('answeredUnknown', actions.contactAndDeal, 'Воронка', 'Переговоры'),
      ...direction.cell('missedUnknown', actions.unsorted, 'Повторные продажи'),
      ...direction.cell('answeredKnown', actions.dealAlways, 'Повторные продажи', 'Ожидание оплаты'),
      ...direction.cell('missedKnown', actions.contactAndDeal, 'Воронка', 'Принимают решение'),
      [direction.at('tagging'), true] as const,
      [direction.at('tagging.number'), 'Номер клиента'] as const,
      [direction.at('answeredTask'), true] as const,
      [direction.at('answeredTask.text'), 'Обработать {phone}'] as const,
      [direction.at('answeredTask.dueInMinutes'), '120'] as const,
      [direction.at('answeredTask.taskTypeId'), 'Встреча'] as const,
      [direction.at('defaultResponsibleUserId'), 'Мария Кузнецова'] as const,
      [direction.at('filteredNumbers'), FILTER] as const,
      [direction.at('logCalls'), true] as const,
      [direction.at('createAt'), 'Когда ответили'] as const,
      [direction.at('acceptedBy'), 'Первый, кто разговаривал'] as const,
      [direction.at('activeDealScope'), 'Во всех воронках'] as const,
      [direction.at('hiddenNumbers'), 'Не записывать'] as const,
    ]),
    ['incoming.personalManagerRouting', true],
    ['active', true],
  ],
  rows: [
    ...onBothSides<Row>((direction) => {
      const task = (phone: string, responsible: string) => ({
        text: `Обработать ${phone}`,
        responsible,
        type: 'Встреча',
        dueInMinutes: 120,
      });
      return [
        {
          title: 'ответили новому клиенту, потом перевели звонок',
          shows: [
            ...direction.ofCell('answeredUnknown', 'action', 'pipelineId', 'statusId'),
            ...['text', 'dueInMinutes', 'taskTypeId', 'enabled'].map((part) => direction.at(`answeredTask.${part}`)),
            ...['tagging.enabled', 'tagging.number', 'defaultResponsibleUserId'].map(direction.at),
            ...['logCalls', 'createAt', 'acceptedBy'].map(direction.at),
            'active',
            'portalId',
          ],
          call: direction.answered({ talked: [petrova, ivanov] }),
          client: 'new',
          held: (phone) => ({
            contacts: [{ responsible: 'Мария Кузнецова', tags: [digits(phone)], afterSec: ANSWERED_AFTER_SEC }],
            deals: [
              { pipeline: 'Воронка', stage: 'Переговоры', responsible: 'Мария Кузнецова', tags: [digits(phone)] },
            ],
            notes: ['leads'],
            tasks: [task(phone, 'Анна Смирнова')],
          }),
          told: [
            direction.name('answeredUnknown'),
            'Создаётся контакт',
            'Создаётся сделка, если у клиента нет активной',
            'Ставится задача сотруднику, принявшему звонок',
            'Запись о звонке: создано',
          ],
        },
        {
          title: 'не ответили новому клиенту',
          shows: direction.ofCell('missedUnknown', 'action', 'pipelineId'),
          call: direction.missed,
          client: 'new',
          held: (phone) => ({
            unsorted: [direction.claim(phone, 'Повторные продажи', [digits(phone)], null)],
          }),
          told: [direction.name('missedUnknown'), 'Создаётся запись в неразобранном'],
        },
        {
          title: 'ответили клиенту с открытой сделкой',
          shows: direction.ofCell('answeredKnown', 'action', 'pipelineId', 'statusId'),
          call: direction.answered(),
          client: 'known, with an open deal',
          held: (phone) => ({
            deals: [
              { pipeline: 'Повторные продажи', stage: 'Ожидание оплаты', responsible: OWNER, tags: [digits(phone)] },
            ],
            notes: ['contacts'],
            tasks: [task(phone, 'Анна Смирнова')],
          }),
          told: [direction.name('answeredKnown'), 'Сделка создаётся всегда, какие бы сделки ни были'],
        },
        {
          title: 'не ответили клиенту без сделок',
          shows: direction.ofCell('missedKnown', 'action', 'pipelineId', 'statusId'),
          call: direction.missed,
          client: 'known',
          held: (phone) => ({
            deals: [{ pipeline: 'Воронка', stage: 'Принимают решение', responsible: OWNER, tags: [digits(phone)] }],
            notes: ['leads'],
          }),
          told: [direction.name('missedKnown'), 'Создаётся сделка, если у клиента нет активной'],
        },
        {
          title: 'не ответили клиенту, у которого открытая сделка в другой воронке',
          shows: [direction.at('activeDealScope')],
          call: direction.missed,
          client: 'known, with an open deal',
          held: () => ({ notes: ['leads'] }),
          told: ['Сделка: уже было в amoCRM'],
        },
        {
          title: 'номер из фильтра',
          shows: [direction.at('filteredNumbers')],
          call: direction.answered(),
          client: 'filtered',
          held: () => ({}),
          told: ['Номер подходит под фильтр'],
        },
        {
          title: 'скрытый номер',
          shows: [direction.at('hiddenNumbers')],
          call: direction.missed,
          client: 'hidden',
          held: () => ({}),
          told: ['Номер скрыт или непригоден: ничего не создаётся'],
        },
      ];
    }),
    {
      title: 'АТС спрашивает, к кому вести клиента',
      shows: ['incoming.personalManagerRouting'],
      call: { direction: 'in', outcome: 'missed' },
      client: 'known, with an open deal',
      route: { decision: 'connect', reason: 'responsible_of_contact', employee: { ext: ivanov.ext } },
      held: () => ({ notes: ['leads'] }),
      told: [`АТС предложен персональный менеджер: ${ivanov.name}`],
    },
  ],
};

const second: Round = {
  title: 'записи в неразобранном с разговором, теги с номером компании, задача перезвонить, звонки не записываются',
  set: [
    ...onBothSides((direction) => [
      ...direction.cell('answeredUnknown', actions.unsorted, 'Воронка'),
      ...direction.cell('missedUnknown', actions.contact),
      ...direction.cell('answeredKnown', actions.contactAndDeal, 'Воронка', 'Первичный контакт'),
      ...direction.cell('missedKnown', actions.unsorted, 'Повторные продажи'),
      [
        direction.at('tagging.number'),
        direction.isIncoming ? 'Ваш номер, на который звонили' : 'Ваш номер, с которого звонили',
      ] as const,
      [direction.at('answeredTask'), false] as const,
      [direction.at('missedTask'), true] as const,
      [direction.at('missedTask.text'), 'Перезвонить {phone}'] as const,
      [direction.at('missedTask.dueInMinutes'), '30'] as const,
      [direction.at('missedTask.taskTypeId'), 'Связаться'] as const,
      [direction.at('defaultResponsibleUserId'), 'Анна Смирнова'] as const,
      [direction.at('filteredNumbers'), ''] as const,
      [direction.at('logCalls'), false] as const,
      [direction.at('activeDealScope'), 'Только в выбранной воронке'] as const,
      [direction.at('hiddenNumbers'), 'Создавать запись «Номер скрыт» в неразобранном'] as const,
    ]),
    ['incoming.unsortedRecordWaitSec', '600'],
    ['incoming.personalManagerRouting', false],
  ],
  rows: [
    ...onBothSides<Row>((direction) => {
      const task = (phone: string, responsible: string) => ({
        text: `Перезвонить ${phone}`,
        responsible,
        type: 'Связаться',
        dueInMinutes: 30,
      });
      return [
        {
          title: 'ответили новому клиенту, запись разговора пришла после звонка',
          shows: [
            ...direction.ofCell('answeredUnknown', 'action', 'pipelineId'),
            ...(direction.isIncoming ? [direction.at('unsortedRecordWaitSec')] : []),
          ],
          call: direction.answered({ recordUrl: RECORD }),
          client: 'new',
          held: (phone) => ({ unsorted: [direction.claim(phone, 'Воронка', [virtual], RECORD)] }),
          told: [direction.name('answeredUnknown'), 'Создаётся запись в неразобранном', 'Запись разговора готова'],
        },
        {
          title: 'не ответили новому клиенту',
          shows: [
            ...direction.ofCell('missedUnknown', 'action'),
            ...['text', 'dueInMinutes', 'taskTypeId', 'enabled'].map((part) => direction.at(`missedTask.${part}`)),
            direction.at('logCalls'),
          ],
          call: direction.missed,
          client: 'new',
          held: (phone) => ({
            contacts: [{ responsible: 'Анна Смирнова', tags: [virtual], afterSec: ENDED_AFTER_SEC }],
            tasks: [task(phone, 'Анна Смирнова')],
          }),
          told: [
            direction.name('missedUnknown'),
            'Создаётся контакт',
            'Ставится задача перезвонить',
            'Запись звонков в карточки выключена',
          ],
        },
        {
          title: 'ответили клиенту, у которого открытая сделка в другой воронке',
          shows: [
            direction.at('activeDealScope'),
            ...direction.ofCell('answeredKnown', 'action', 'pipelineId', 'statusId'),
          ],
          call: direction.answered(),
          client: 'known, with an open deal',
          held: () => ({
            deals: [{ pipeline: 'Воронка', stage: 'Первичный контакт', responsible: OWNER, tags: [virtual] }],
          }),
          told: [direction.name('answeredKnown'), 'Сделка: создано'],
        },
        {
          title: 'не ответили клиенту с открытой сделкой',
          shows: direction.ofCell('missedKnown', 'action', 'pipelineId'),
          call: direction.missed,
          client: 'known, with an open deal',
          held: (phone) => ({
            unsorted: [direction.claim(phone, 'Повторные продажи', [virtual], null)],
            tasks: [task(phone, OWNER)],
          }),
          told: [direction.name('missedKnown'), 'Создаётся запись в неразобранном', 'Ставится задача перезвонить'],
        },
        {
          title: 'скрытый номер',
          shows: [direction.at('hiddenNumbers')],
          call: direction.answered({ recordUrl: RECORD }),
          client: 'hidden',
          held: () => ({ unsorted: [direction.claim(null, 'Воронка', [virtual], RECORD)] }),
          told: ['Номер скрыт: создаётся запись в неразобранном без номера'],
        },
      ];
    }),
    {
      title: 'АТС спрашивает, к кому вести клиента',
      shows: ['incoming.personalManagerRouting'],
      call: { direction: 'in', outcome: 'answered' },
      client: 'known',
      route: { decision: 'fallback', reason: 'disabled' },
      held: () => ({
        deals: [{ pipeline: 'Воронка', stage: 'Первичный контакт', responsible: OWNER, tags: [virtual] }],
      }),
      told: ['Персональный менеджер не предложен: переадресация выключена'],
    },
  ],
};

const third: Round = {
  title: 'контакт без сделки, теги с обоими номерами, всё по завершении, задача последнему, кто разговаривал',
  set: onBothSides((direction) => [
    ...direction.cell('answeredUnknown', actions.contact),
    ...direction.cell('missedUnknown', actions.contactAndDeal, 'Повторные продажи', 'Новая заявка'),
    ...direction.cell('answeredKnown', actions.unsorted, 'Воронка'),
    ...direction.cell('missedKnown', actions.dealAlways, 'Воронка', 'Согласование договора'),
    [direction.at('tagging.number'), 'Оба номера'],
    [direction.at('answeredTask'), true],
    [direction.at('missedTask'), false],
    [direction.at('logCalls'), true],
    [direction.at('createAt'), 'Когда звонок закончился'],
    [direction.at('acceptedBy'), 'Последний, кто разговаривал'],
  ]),
  rows: onBothSides<Row>((direction) => [
    {
      title: 'ответили новому клиенту, потом перевели звонок',
      shows: [
        ...direction.ofCell('answeredUnknown', 'action'),
        ...['createAt', 'acceptedBy', 'tagging.number'].map(direction.at),
      ],
      call: direction.answered({ talked: [petrova, ivanov] }),
      client: 'new',
      held: (phone) => ({
        contacts: [{ responsible: 'Анна Смирнова', tags: [digits(phone), virtual], afterSec: ENDED_AFTER_SEC }],
        notes: ['contacts'],
        tasks: [{ text: `Обработать ${phone}`, responsible: OWNER, type: 'Встреча', dueInMinutes: 120 }],
      }),
      told: [direction.name('answeredUnknown'), 'Создаётся контакт', 'Решение по завершении'],
    },
    {
      title: 'не ответили новому клиенту',
      shows: direction.ofCell('missedUnknown', 'action', 'pipelineId', 'statusId'),
      call: direction.missed,
      client: 'new',
      held: (phone) => ({
        contacts: [{ responsible: 'Анна Смирнова', tags: [digits(phone), virtual], afterSec: ENDED_AFTER_SEC }],
        deals: [
          {
            pipeline: 'Повторные продажи',
            stage: 'Новая заявка',
            responsible: 'Анна Смирнова',
            tags: [digits(phone), virtual],
          },
        ],
        notes: ['leads'],
      }),
      told: [direction.name('missedUnknown'), 'Контакт: создано', 'Сделка: создано'],
    },
    {
      title: 'ответили клиенту с открытой сделкой',
      shows: direction.ofCell('answeredKnown', 'action', 'pipelineId'),
      call: direction.answered({ recordUrl: RECORD }),
      client: 'known, with an open deal',
      held: (phone) => ({
        unsorted: [direction.claim(phone, 'Воронка', [digits(phone), virtual], RECORD)],
        // A form holds no call, so the card gets its note (R9).
        notes: direction.isIncoming ? [] : ['leads'],
        tasks: [{ text: `Обработать ${phone}`, responsible: 'Анна Смирнова', type: 'Встреча', dueInMinutes: 120 }],
      }),
      told: [direction.name('answeredKnown'), 'Создаётся запись в неразобранном'],
    },
    {
      title: 'не ответили клиенту с открытой сделкой',
      shows: direction.ofCell('missedKnown', 'action', 'pipelineId', 'statusId'),
      call: direction.missed,
      client: 'known, with an open deal',
      held: (phone) => ({
        deals: [
          { pipeline: 'Воронка', stage: 'Согласование договора', responsible: OWNER, tags: [digits(phone), virtual] },
        ],
        notes: ['contacts'],
      }),
      told: [direction.name('missedKnown'), 'Сделка создаётся всегда, какие бы сделки ни были'],
    },
  ]),
};

const allOff: Round = {
  title: 'все правила выключены: остаются только звонки в карточках',
  set: onBothSides((direction) => [
    ...cells.map((name) => [direction.at(`cells.${name}`), false] as const),
    [direction.at('tagging'), false],
    [direction.at('answeredTask'), false],
    [direction.at('missedTask'), false],
  ]),
  rows: onBothSides<Row>((direction) =>
    cells.map((name) => ({
      title: `«${direction.name(name)}» выключено`,
      shows: direction.ofCell(name),
      call: name.startsWith('answered') ? direction.answered() : direction.missed,
      client: name.endsWith('Known') ? 'known' : 'new',
      held: () => (name.endsWith('Known') ? { notes: ['contacts'] } : {}),
      told: [direction.name(name), 'выключено: ничего не создаётся'],
    })),
  ),
};

const inactive: Round = {
  title: '«Интеграция активна» выключена: ничего не записывается',
  set: [['active', false]],
  rows: onBothSides<Row>((direction) => [
    {
      title: 'звонок известного клиента',
      shows: ['active'],
      call: direction.answered(),
      client: 'known',
      held: () => ({}),
      told: ['Интеграция выключена'],
    },
  ]),
};

export const rounds: readonly Round[] = [first, second, third, allOff, inactive];

/**
 * Settings that no call can show.
 * - An outgoing call is a form in «Неразобранное», which holds no recording to wait for (rules.md R2, R3); the page has no
 *   such field.
 */
export const withoutACall: readonly string[] = ['outgoing.unsortedRecordWaitSec'];

/** Lists of the page whose every choice has to be in a round. */
export const listsOf = (side: Side): string[] => [
  ...cells.map((name) => `${side}.cells.${name}.action`),
  ...['tagging.number', 'createAt', 'acceptedBy', 'activeDealScope', 'hiddenNumbers'].map((path) => `${side}.${path}`),
];
