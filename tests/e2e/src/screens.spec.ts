import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PbxOfAnAccount } from './calls-of-a-pbx.js';
import { inColours, isTooWide, obstacles } from './obstacles.js';
import { OperatorAtThePage } from './operator-at-the-page.js';
import { keepPicture } from './pictures.js';
import { StackUnderTest } from './stack-under-test.js';

/**
 * Each screen as people see it, also with what opens on it: light and dark, on a desk and on a phone. The account is that of
 * `npm start` after its recorded calls; one task was refused by amoCRM, so that something waits for a person.
 */
let stack: StackUnderTest;
let operator: OperatorAtThePage;
let page: Page;

const rooms = [
  ['Обзор', 'overview'],
  ['Настройки', 'settings'],
  ['Журнал звонков', 'journal'],
  ['Очередь', 'queue'],
  ['Телефония', 'sources'],
  ['История изменений', 'history'],
  ['Пользователи и ключи', 'people'],
] as const;

beforeAll(async () => {
  stack = await StackUnderTest.start();
  await stack.playSample(new Date(), 'max');
  await stack.settled();
  const refusal = { kind: 'http_error', status: 400, method: 'POST', path: '/api/v4/tasks', html: false, count: 1 };
  await stack.emulator('POST', 'faults', refusal);
  const { accountId, canonicalSourceId: id, canonicalSecret: secret } = stack.demo;
  const missed = { callId: 'refused-task', direction: 'in', outcome: 'missed', phone: '+79165550199' } as const;
  await new PbxOfAnAccount(stack, accountId, { id, secret }).tell([missed], new Date(Date.now() - 60_000));
  await stack.journalled();
  operator = await OperatorAtThePage.with(stack, { name: stack.demo.login, password: stack.demo.password });
  page = operator.page;
  await operator.logIn();
});
afterAll(async () => {
  await operator.close();
  await stack.stop();
});

/** What opens in a room: how, by its words, and the words by which it is known to stand. */
interface Opening {
  readonly what: string;
  readonly room: string;
  readonly open: () => Promise<void>;
}

const press = async (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const seen = async (text: string): Promise<void> => page.getByText(text).first().waitFor();

const openings: readonly Opening[] = [
  {
    what: 'новые учетные данные',
    room: 'Настройки',
    open: async () => {
      await press('Добавить учетные данные');
      await page.getByRole('dialog').getByLabel('AmoCRM URL').waitFor();
    },
  },
  {
    what: 'учетные данные с другим адресом, и вопрос перед удалением',
    room: 'Настройки',
    open: async () => {
      await press(/^Изменить учетные данные/);
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('AmoCRM URL').fill('https://moved.amocrm.ru');
      await seen('Что находится по новому адресу?');
      await dialog.getByRole('button', { name: 'Удалить' }).click();
      await seen('Токен будет стёрт.');
    },
  },
  {
    what: 'список порталов с шестерёнкой',
    room: 'Настройки',
    open: async () => {
      await page.getByLabel('Выберите аккаунт').click();
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    what: 'проверка подключения',
    room: 'Настройки',
    open: async () => {
      await press('Проверить подключение');
      await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    },
  },
  {
    what: 'подсказка у переключателя',
    room: 'Настройки',
    open: async () => {
      await page
        .getByLabel(/^Подсказка: Звонят с номера/)
        .first()
        .hover();
      await seen('Звонят с номера, которого нет в amoCRM, и менеджер ответил.');
    },
  },
  {
    what: 'список сотрудников amoCRM',
    room: 'Настройки',
    open: async () => {
      await operator.field('incoming.defaultResponsibleUserId').click();
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    what: 'вставленные номера фильтра, понятые и нет, и несохранённые изменения',
    room: 'Настройки',
    open: async () => {
      const filters = operator.field('incoming.filteredNumbers');
      await filters.getByRole('textbox').fill('8 (916) 000-00-99\n8 (916) 000-00-99\nне номер');
      await filters.getByRole('button', { name: 'Добавить номера' }).click();
      await seen('Не понята 1 строка');
      await seen('Есть несохранённые изменения');
    },
  },
  {
    what: 'отказ сохранить, со списком мест',
    room: 'Настройки',
    open: async () => {
      await operator.field('incoming.answeredTask.dueInMinutes').fill('0');
      expect(await operator.save()).toBe(422);
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    what: '«Дополнительно», и что было бы с последними звонками',
    room: 'Настройки',
    open: async () => {
      await operator.unfoldRest('incoming');
      await seen('Почему так');
      await page.getByText('Почему так').click();
      await press(/^Проверить на последних/);
      await seen('Иначе будет');
    },
  },
  {
    what: 'новый сотрудник',
    room: 'Настройки',
    open: async () => {
      await press('Добавить сотрудника');
      await page.getByRole('dialog').getByLabel('Внутренний номер').waitFor();
    },
  },
  {
    what: 'смена пароля',
    room: 'Обзор',
    open: async () => {
      await press('Сменить пароль');
      await page.getByRole('dialog').getByLabel('Текущий пароль').waitFor();
    },
  },
  {
    what: 'история звонка',
    room: 'Журнал звонков',
    open: async () => {
      const rows = page.getByRole('row').filter({ hasText: 'Контакт' }).filter({ hasText: 'Сделка' });
      await rows.first().getByRole('button').click();
      await seen('Контакт: создано');
    },
  },
  {
    what: 'вопрос перед отменой операции',
    room: 'Очередь',
    open: async () => {
      await page.getByText('Нужна помощь', { exact: true }).first().click();
      await press('Отменить операцию');
      await page.getByRole('button', { name: 'Точно?' }).waitFor();
    },
  },
  {
    what: 'настройки АТС и секрет, который показан один раз',
    room: 'Телефония',
    open: async () => {
      await press('Своя АТС или Kafka');
      await seen('Скопируйте сейчас: второй раз это не показывается');
      await press('Дополнительно');
      await page.getByLabel('Часовой пояс АТС').first().waitFor();
    },
  },
  {
    what: 'новый ключ API',
    room: 'Пользователи и ключи',
    open: async () => {
      await page.getByLabel('Для чего ключ').fill('Отчёты');
      await press('Создать ключ');
      await seen('Скопируйте сейчас: второй раз это не показывается');
    },
  },
];

describe('каждая комната', () => {
  it.each(rooms)('«%s» не имеет серьёзных препятствий, светлая и тёмная', async (name, file) => {
    await operator.room(name);
    for (const colours of ['light', 'dark'] as const) {
      await inColours(page, colours);
      await keepPicture(page, `${file}-${colours}`);
      expect(await obstacles(page)).toEqual([]);
    }
    await inColours(page, 'light');
  });

  it('помещается в ширину телефона', async () => {
    await onAPhone(async () => {
      for (const [name, file] of rooms) {
        await press('Меню');
        await operator.room(name);
        expect({ name, isTooWide: await isTooWide(page) }).toEqual({ name, isTooWide: false });
        await keepPicture(page, `${file}-phone`);
      }
    });
  });
});

describe('всё, что открывается', () => {
  it.each(openings)('$room: $what', async ({ room, open }) => {
    await afresh(room);
    await open();
    for (const colours of ['dark', 'light'] as const) {
      await inColours(page, colours);
      expect(await obstacles(page)).toEqual([]);
    }
    await onAPhone(async () => {
      expect(await isTooWide(page)).toBe(false);
      expect(await obstacles(page)).toEqual([]);
    });
  });

  it('история звонка и новые учетные данные сняты для руководства', async () => {
    await afresh('Журнал звонков');
    await openings.find(({ what }) => what === 'история звонка')?.open();
    await keepPicture(page, 'call-light');
    await inColours(page, 'dark');
    await keepPicture(page, 'call-dark');
    await inColours(page, 'light');
    await onAPhone(() => keepPicture(page, 'call-phone'));
    await afresh('Настройки');
    await openings.find(({ what }) => what === 'новые учетные данные')?.open();
    await keepPicture(page, 'credentials-light');
  });
});

describe('страница', () => {
  it('говорит и по-английски', async () => {
    await afresh('Обзор');
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'amoCRM integration settings' }).waitFor();
    await page.getByText('RU', { exact: true }).click();
    await page.getByRole('heading', { name: 'Настройки интеграции amoCRM' }).waitFor();
  });

  it('по неизвестному адресу молча показывала обзор: такой страницы нет, и видно, куда идти', async () => {
    const address = `/settings/${'outdated-'.repeat(20)}`;
    await page.goto(`${stack.url('settingsApi')}${address}`);
    await page.getByRole('heading', { name: 'Такой страницы нет' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(address);
    for (const colours of ['dark', 'light'] as const) {
      await inColours(page, colours);
      expect(await obstacles(page)).toEqual([]);
    }
    await onAPhone(async () => expect(await isTooWide(page)).toBe(false));
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('RU', { exact: true }).click();
  });

  it('ни разу не сломалась по дороге', () => {
    expect(operator.complaints).toEqual([]);
  });
});

/** A room without what an earlier opening left in it. */
async function afresh(room: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(stack.url('settingsApi'));
  await operator.room(room);
}

async function onAPhone(look: () => Promise<void>): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 1440, height: 1000 };
  await page.setViewportSize({ width: 390, height: 844 });
  // What fails here must not keep the next ones from what they show.
  await look().finally(() => page.setViewportSize({ width, height }));
}
