import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { OperatorAtThePage } from './operator-at-the-page.js';
import { StackUnderTest } from './stack-under-test.js';

/** What people do by a slip of the hand, and what happens behind their backs: nothing that they wanted is lost by it. */
let stack: StackUnderTest;
let operator: OperatorAtThePage;
let page: Page;

const TASK = 'incoming.missedTask';
const TAGS = 'incoming.tagging';
const isOn = (path: string): Promise<boolean> => operator.field(path).getByRole('switch').isChecked();

beforeAll(async () => {
  stack = await StackUnderTest.start();
  operator = await OperatorAtThePage.of(stack);
  page = operator.page;
  await operator.logIn();
  await operator.room('Настройки');
});
afterAll(async () => {
  await operator.close();
  await stack.stop();
});

describe('учетные данные', () => {
  it('с токеном, вставленным с ошибкой, не добавлялись и второй раз: «уже добавлен»', async () => {
    await page.getByRole('button', { name: 'Добавить учетные данные' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('AmoCRM URL').fill(stack.emulatorUrl);
    await dialog.locator('input[type=password]').fill('токен');
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.getByText('Это не похоже на долгосрочный токен').waitFor();
    await dialog.locator('input[type=password]').fill(stack.amocrmToken);
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Воронки и сотрудники amoCRM прочитаны').waitFor();
  });
});

describe('сохранение', () => {
  it('двойным нажатием говорило, что настройки сохранил кто-то ещё', async () => {
    await operator.switchOn(TASK);
    const saves: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'PUT') saves.push(answer.status());
    });
    await page.getByRole('button', { name: 'Сохранить настройки' }).evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await page.getByText('Настройки сохранены').waitFor();
    expect(saves).toEqual([200]);
    expect(await isOn(TASK)).toBe(true);
  });

  it('теряло то, что переключили, пока оно шло', async () => {
    await page.route('**/integration', async (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      // The answer comes only after the second change.
      const answer = await route.fetch();
      await secondChange;
      return route.fulfill({ response: answer });
    });
    let changed: () => void = () => undefined;
    const secondChange = new Promise<void>((resolve) => (changed = resolve));
    await operator.turn(TASK, false);
    await page.getByRole('button', { name: 'Сохранить настройки' }).click();
    await operator.switchOn(TAGS);
    changed();
    await page.getByRole('button', { name: 'Сохранить настройки' }).and(page.locator(':not([data-loading])')).waitFor();
    expect([await isOn(TASK), await isOn(TAGS)]).toEqual([false, true]);
    await page.unroute('**/integration');
    expect(await operator.save()).toBe(200);
  });
});

describe('несохранённое', () => {
  it('терялось, когда нажимали «назад» в браузере', async () => {
    await operator.room('Обзор');
    await operator.room('Настройки');
    await operator.switchOn(TASK);
    await answering(false, () => page.goBack());
    await page.waitForURL('**/settings');
    expect(await isOn(TASK)).toBe(true);
    await answering(true, () => page.goBack());
    await page.getByRole('heading', { name: 'Обзор' }).waitFor();
    await operator.room('Настройки');
    expect(await isOn(TASK)).toBe(false);
  });

  it('терялось с концом сеанса: страница просит войти и остаётся, какой была', async () => {
    await operator.switchOn(TASK);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Сохранить настройки' }).click();
    await page.getByRole('dialog').getByText('Сеанс закончился').waitFor();
    await operator.giveLogin();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await isOn(TASK)).toBe(true);
    expect(await operator.save()).toBe(200);
  });
});

describe('отказ сервиса', () => {
  it('говорил «Выберите действие», а в каком из восьми правил, нужно было догадаться', async () => {
    await operator.room('Настройки');
    const cell = 'outgoing.cells.missedKnown';
    await operator.switchOn(cell);
    await operator.switchOn('active');
    expect(await operator.save()).toBe(422);
    const place = 'Исходящие звонки · Непринятый звонок существующему клиенту · Действие';
    const inList = page.getByRole('alert').getByRole('button', { name: `${place}: Выберите действие.` });
    await inList.click();
    await page.waitForFunction(() => document.activeElement?.id === 'field-outgoing-cells-missedKnown-action');
    const atField = operator.field(cell).getByText('Выберите действие.', { exact: true });
    expect(await atField.isVisible()).toBe(true);
    await page.getByText('EN', { exact: true }).click();
    expect(await operator.saveBy('Save settings')).toBe(422);
    await page
      .getByRole('button', {
        name: 'Outgoing calls · Unanswered call to an existing client · Action: Choose an action.',
      })
      .waitFor();
    await page.getByText('RU', { exact: true }).click();
    await page.getByRole('button', { name: 'Вернуть как было' }).click();
  });

  it('принять телефон сотрудника стоял над формой, и к чему он, не говорил', async () => {
    await page.getByRole('button', { name: 'Добавить сотрудника' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Телефон').fill('мобильный');
    await dialog.getByRole('button', { name: 'Добавить' }).click();
    const wrong = dialog.getByText('«мобильный» не похоже на полный номер телефона.', { exact: true });
    await wrong.waitFor();
    expect(await dialog.getByLabel('Телефон').getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByText('Не получилось').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Отменить' }).click();
  });

  it('сохранить настройки АТС стирал то, что ввели, и поля не называл', async () => {
    await operator.room('Телефония');
    await page.getByRole('button', { name: 'Своя АТС или Kafka' }).click();
    await page.getByRole('button', { name: 'Дополнительно' }).click();
    const limit = page.getByLabel('Предел дозвона, секунд');
    await limit.fill('');
    await limit.pressSequentially('5');
    await page.getByLabel('Часовой пояс АТС').fill('Europe/Mars');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await page.getByText('Не меньше 15.', { exact: true }).waitFor();
    expect([await limit.inputValue(), await limit.getAttribute('aria-invalid')]).toEqual(['5', 'true']);
    await limit.fill('60');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await page.getByText('Такого часового пояса нет. Укажите, например, Europe/Moscow.', { exact: true }).waitFor();
    expect(await page.getByLabel('Часовой пояс АТС').inputValue()).toBe('Europe/Mars');
  });
});

describe('«Что произойдёт»', () => {
  it('повторяло весь список ошибок черновика: теперь говорит, сколько их и где', async () => {
    await operator.room('Настройки');
    const panel = page.getByRole('region', { name: 'Что произойдёт' });
    for (const path of ['incoming.missedTask', 'outgoing.missedTask']) {
      await operator.switchOn(path);
      await operator.field(`${path}.dueInMinutes`).fill('0');
    }
    await panel.getByText('Сначала исправьте 2 места в настройках').waitFor();
    expect(await panel.getByText('Не меньше 1.').count()).toBe(0);
    await panel.getByRole('button', { name: 'Исходящие звонки' }).click();
    await page.waitForFunction(() => document.activeElement?.id === 'field-outgoing-missedTask-dueInMinutes');
    await page.getByRole('button', { name: 'Вернуть как было' }).click();
    await panel.getByText('Сначала исправьте').waitFor({ state: 'detached' });
  });
});

describe('«Отключить»', () => {
  it('стояло и рядом с собой, а отказ приходил после нажатия', async () => {
    await operator.room('Пользователи и ключи');
    const own = page.getByRole('row').filter({ hasText: 'Ольга Оператор' });
    await own.getByText('Это вы.').waitFor();
    expect(await own.getByRole('button').count()).toBe(0);
    expect(await own.getByRole('combobox').or(own.locator('input')).first().isDisabled()).toBe(true);
  });
});

describe('«Удалить»', () => {
  it('удаляло телефонию двойным нажатием, без ответа на «Точно?»', async () => {
    await operator.room('Телефония');
    const card = page.getByRole('region', { name: 'Своя АТС или Kafka' });
    const button = card.getByRole('button', { name: /Удалить|Точно/ });
    const deleted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'DELETE') deleted.push(request.url());
    });
    await button.dblclick();
    await card.getByRole('button', { name: 'Точно?' }).waitFor();
    expect(deleted).toEqual([]);
    await card.getByRole('button', { name: 'Точно?' }).click();
    await card.waitFor({ state: 'detached' });
    expect(deleted).toHaveLength(1);
  });
});

describe('звонок', () => {
  it('которого нет, назывался «Не получилось»', async () => {
    await page.goto(`${stack.url('settingsApi')}/journal/00000000-0000-4000-8000-000000000000`);
    await page.getByRole('heading', { name: 'Такого звонка нет' }).waitFor();
    expect(await page.title()).toBe('Журнал звонков · Перезвон');
  });
});

describe('наблюдатель', () => {
  it('мог заполнить всё, а «недостаточно прав» узнавал при сохранении', async () => {
    const viewer = await OperatorAtThePage.viewerOf(stack, operator.accountId);
    try {
      await viewer.logIn();
      await viewer.room('Настройки');
      await viewer.page.getByText('У вас право только смотреть').waitFor();
      expect(await viewer.field(TASK).getByRole('switch').isDisabled()).toBe(true);
      expect(await viewer.page.getByRole('button', { name: 'Добавить учетные данные' }).isDisabled()).toBe(true);
      expect(await viewer.page.getByRole('link', { name: 'Пользователи и ключи' }).count()).toBe(0);
      expect(viewer.complaints).toEqual([]);
    } finally {
      await viewer.close();
    }
  });
});

it('страница ни разу не сломалась по дороге', () => {
  expect(operator.complaints).toEqual([]);
});

/** What the person answers to the browser's question. */
async function answering(isSure: boolean, act: () => Promise<unknown>): Promise<void> {
  const asked = page.waitForEvent('dialog').then((dialog) => (isSure ? dialog.accept() : dialog.dismiss()));
  await Promise.all([asked, act()]);
}
