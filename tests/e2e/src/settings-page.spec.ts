import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pbxCallEvents } from '@perezvon/contracts';
import type { AxeResults } from 'axe-core';
import { OperatorAtThePage } from './operator-at-the-page.js';
import { StackUnderTest } from './stack-under-test.js';
import { republish } from './topics.js';

/**
 * The vendor's instruction followed point by point, in its own words, by a person with a browser; then a call, which has
 * to stand in amoCRM and in the journal. Each step goes on from the one before.
 */
let stack: StackUnderTest;
let operator: OperatorAtThePage;

beforeAll(async () => {
  stack = await StackUnderTest.start();
  operator = await OperatorAtThePage.of(stack);
  await operator.logIn();
});
afterAll(async () => {
  await operator.close();
  await stack.stop();
});

describe('первая загрузка', () => {
  it('настроек стоит не больше 200 кБ скриптов по сети', async () => {
    const bytes = await operator.scriptBytesOf('settings');
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(200_000);
    await operator.room('Обзор');
  });
});

describe('как подключить интеграцию', () => {
  it('обзор показывает, с чего начать', async () => {
    await operator.page.getByText('С чего начать').waitFor();
    await operator.page.getByText('Интеграция выключена').waitFor();
  });

  it('если нужного портала нет в списке, нажмите «Добавить учетные данные»', async () => {
    const { page } = operator;
    await operator.room('Настройки');
    await page.getByRole('button', { name: 'Добавить учетные данные' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Название').fill('Основной');
    await dialog
      .getByLabel('AmoCRM URL')
      .fill(`${stack.emulatorUrl.toUpperCase().replace('HTTP', 'http')}/leads/list/`);
    await dialog.locator('input[type=password]').fill(stack.amocrmToken);
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Воронки и сотрудники amoCRM прочитаны').waitFor();
  });

  it('шестерёнка напротив портала открывает его название и адрес', async () => {
    const { page } = operator;
    await page.getByRole('button', { name: 'Изменить учетные данные «Основной»' }).first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Название').inputValue()).toBe('Основной');
    expect(await dialog.getByLabel('AmoCRM URL').inputValue()).toBe(stack.emulatorUrl);
    await dialog.getByRole('button', { name: 'Отменить' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('«Интеграция активна» по умолчанию выключена, и включить её неполной нельзя', async () => {
    const { page } = operator;
    expect(await operator.field('active').getByRole('switch').isChecked()).toBe(false);
    await operator.switchOn('active');
    expect(await operator.save()).toBe(422);
    await page.getByRole('alert').filter({ hasText: 'Осталось исправить' }).getByRole('button').nth(1).waitFor();
  });
});

describe('настройки', () => {
  it('1. «Успешный звонок с неизвестного номера»: воронка и этап обязательны только для контакта и сделки', async () => {
    const cell = 'incoming.cells.answeredUnknown';
    await operator.switchOn(cell);
    await operator.choose(`${cell}.action`, 'Создавать новый контакт');
    expect(await operator.field(`${cell}.pipelineId`).count()).toBe(0);
    await operator.choose(`${cell}.action`, 'Создавать запись в неразобранном');
    await operator.field(`${cell}.pipelineId`).waitFor();
    expect(await operator.field(`${cell}.statusId`).count()).toBe(0);
    await operator.choose(`${cell}.action`, 'Создавать новый контакт и сделку');
    await operator.choose(`${cell}.pipelineId`, 'Воронка');
    await operator.choose(`${cell}.statusId`, 'Переговоры');
  });

  it('2. «Непринятый звонок с неизвестного номера»: запись в неразобранном', async () => {
    const cell = 'incoming.cells.missedUnknown';
    await operator.switchOn(cell);
    await operator.choose(`${cell}.action`, 'Создавать запись в неразобранном');
    await operator.choose(`${cell}.pipelineId`, 'Воронка');
  });

  it('3. «Успешный звонок от существующего клиента»: «Создавать сделку всегда» вместо контакта', async () => {
    const cell = 'incoming.cells.answeredKnown';
    await operator.switchOn(cell);
    await operator.field(`${cell}.action`).click();
    await operator.page.getByRole('option', { name: 'Создавать сделку всегда' }).waitFor();
    expect(await operator.page.getByRole('option', { name: 'Создавать новый контакт', exact: true }).count()).toBe(0);
    await operator.page.keyboard.press('Escape');
    await operator.choose(`${cell}.action`, 'Создавать сделку всегда');
    await operator.choose(`${cell}.pipelineId`, 'Повторные продажи');
    await operator.choose(`${cell}.statusId`, 'Новая заявка');
  });

  it('теги, задача и ответственные', async () => {
    await operator.switchOn('incoming.tagging');
    await operator.switchOn('incoming.answeredTask');
    await operator.choose('incoming.defaultResponsibleUserId', 'Мария Кузнецова');
    await operator.choose('outgoing.defaultResponsibleUserId', 'Мария Кузнецова');
  });

  it('«Фильтровать входящие звонки»: номера столбцом, в любом написании', async () => {
    const filters = operator.field('incoming.filteredNumbers');
    await filters.getByRole('textbox').fill('8 (916) 000-00-99\n+79160000099\n7495*\nне номер');
    await filters.getByRole('button', { name: 'Добавить номера' }).click();
    await filters.getByText('Поняты и добавлены 2 номера (8 (916) 000-00-99 → +79160000099').waitFor();
    await filters.getByText('Уже были в списке: +79160000099').waitFor();
    await filters.getByText('Не понята 1 строка').waitFor();
    expect(await filters.getByRole('textbox').inputValue()).toBe('не номер');
    await filters.getByRole('textbox').fill('');
  });

  it('«Что произойдёт» отвечает по тому, что ещё не сохранено', async () => {
    const panel = operator.page.getByRole('region', { name: 'Что произойдёт' });
    await panel.getByText('Сделка «').waitFor();
    await panel.getByText('при ответе').first().waitFor();
    await panel.getByText('Не ответили').click();
    await panel.getByText('неразобранном', { exact: false }).first().waitFor();
  });

  it('включите «Интеграция активна» и нажмите «Сохранить»', async () => {
    expect(await operator.save()).toBe(200);
    await operator.room('Обзор');
    await operator.room('Настройки');
    expect(await operator.field('active').getByRole('switch').isChecked()).toBe(true);
    expect(await operator.field('incoming.cells.answeredUnknown.statusId').inputValue()).toBe('Переговоры');
    await operator.page.getByText('+7495*').waitFor();
  });
});

describe('звонок', () => {
  const phone = '+79161230077';

  it('нового клиента стоит в amoCRM контактом и сделкой', async () => {
    // A call obeys the settings that the services hold when they first hear of it: they must have these by then.
    await stack.settled();
    await republish(stack.kafkaBrokers, answeredCall(operator.accountId, phone), pbxCallEvents.topic);
    await stack.journalled();
    const held = JSON.stringify(await stack.crm());
    expect(held).toContain(phone);
    expect(held).toContain('Переговоры');
  });

  it('виден в журнале, со своей историей и ссылкой в amoCRM', async () => {
    const { page } = operator;
    await operator.room('Журнал звонков');
    await page.getByRole('row').filter({ hasText: phone }).getByRole('button').click();
    await page.getByRole('heading', { name: phone }).waitFor();
    await page.getByText('R2').first().waitFor();
    // The first is the way back to the list.
    await page.getByRole('main').getByRole('link').nth(1).waitFor();
  });

  it('назвал сотрудника, которого теперь можно сопоставить', async () => {
    const { page } = operator;
    await operator.room('Настройки');
    await page.getByText('АТС назвала в звонках: Петрова Анна').waitFor();
    await page.getByRole('button', { name: 'Добавить в список' }).click();
    await page.getByLabel('Пользователь amoCRM: Петрова Анна').first().click();
    const wanted = page.getByText('Пётр Иванов', { exact: true });
    await page.getByRole('option').filter({ has: wanted }).click();
    await page.getByRole('button', { name: 'Сохранить сопоставление' }).click();
    await page.getByText('Все сотрудники сопоставлены').waitFor();
  });
});

describe('история изменений', () => {
  it('говорит, кто что изменил, и возвращает прежние настройки', async () => {
    const { page } = operator;
    await operator.room('История изменений');
    await page.getByText('Ольга Оператор').first().waitFor();
    await page.getByRole('button', { name: 'Вернуть к этому' }).first().waitFor();
  });
});

describe('администратор платформы', () => {
  it('выбирает компанию и видит её настройки', async () => {
    const admin = await OperatorAtThePage.ofThePlatform(stack);
    try {
      await admin.enter();
      await admin.page.getByLabel('Компания').first().click();
      await admin.page.getByRole('option', { name: 'Ромашка' }).click();
      await admin.room('Настройки');
      expect(await admin.field('active').getByRole('switch').isChecked()).toBe(true);
      expect(admin.complaints).toEqual([]);
    } finally {
      await admin.close();
    }
  });
});

describe('каждая комната', () => {
  const rooms = [
    ['Обзор', 'overview'],
    ['Настройки', 'settings'],
    ['Журнал звонков', 'journal'],
    ['Очередь', 'queue'],
    ['Телефония', 'sources'],
    ['История изменений', 'history'],
    ['Пользователи и ключи', 'people'],
  ] as const;

  it.each(rooms)('«%s» не имеет серьёзных препятствий, светлая и тёмная', async (name, file) => {
    const { page } = operator;
    await operator.room(name);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(
        (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
        colorScheme,
      );
      await coloursAtRest();
      await keepPicture(`${file}-${colorScheme}`);
      expect(await obstacles()).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('помещается в ширину телефона', async () => {
    const { page } = operator;
    const { width, height } = page.viewportSize() ?? { width: 1440, height: 1000 };
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [name, file] of rooms) {
      await page.getByRole('button', { name: 'Меню' }).click();
      await operator.room(name);
      const { needed, given } = await page.evaluate(() => ({
        needed: document.documentElement.scrollWidth,
        given: window.innerWidth,
      }));
      expect({ name, isTooWide: needed > given }).toEqual({ name, isTooWide: false });
      await keepPicture(`${file}-phone`);
    }
    await page.setViewportSize({ width, height });
  });

  it('говорит и по-английски', async () => {
    const { page } = operator;
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'amoCRM integration settings' }).waitFor();
    await page.getByText('RU', { exact: true }).click();
    await page.getByRole('heading', { name: 'Настройки интеграции amoCRM' }).waitFor();
  });

  it('ни разу не сломалась по дороге', () => {
    expect(operator.complaints).toEqual([]);
  });
});

/** With `SCREENS=docs/screens` the pictures of the operator's guide are taken anew. */
async function keepPicture(name: string): Promise<void> {
  const dir = process.env['SCREENS'];
  if (dir === undefined) return;
  const root = new URL('../../../', import.meta.url);
  const place = new URL(`${dir}/`, root);
  mkdirSync(place, { recursive: true });
  await operator.page.screenshot({ path: new URL(`${name}.png`, place).pathname, fullPage: name.endsWith('phone') });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Resolves when no colour is on its way to another: half-way contrast is nobody's. What turns for ever does not count. */
async function coloursAtRest(): Promise<void> {
  await operator.page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** What axe calls serious or critical, in words. */
async function obstacles(): Promise<string[]> {
  const { page } = operator;
  // By the debugger: the page's own policy refuses foreign scripts.
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

function answeredCall(accountId: string, phone: string): string[] {
  const startedAt = Date.now() - 60_000;
  const at = (second: number): string => new Date(startedAt + second * 1000).toISOString();
  const call = {
    schema_version: 1,
    account_id: accountId,
    source: 'uis',
    call_id: '900100200300',
    direction: 'in',
    client: { raw: phone.slice(1) },
    virtual_number: { raw: '74951112233' },
    occurred_at_quality: 'pbx_utc',
    origin: 'push',
  };
  const employee = { pbx_id: '40017', ext: '102', name: 'Петрова Анна' };
  return [
    { ...call, type: 'call.started', occurred_at: at(0) },
    { ...call, type: 'leg.answered', occurred_at: at(5), employee },
    {
      ...call,
      type: 'call.ended',
      occurred_at: at(47),
      employee,
      wait_sec: 5,
      talk_sec: 42,
      total_sec: 47,
      outcome: 'answered',
    },
  ].map((event) => JSON.stringify(event));
}
