import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { OperatorAtThePage } from './operator-at-the-page.js';
import { keepPicture } from './pictures.js';
import { StackUnderTest } from './stack-under-test.js';

/**
 * Somebody who never saw the product, with nothing but what `npm start` prints and what stands on the screen: connects the
 * emulator's portal, switches the integration on, and sees a simulated call arrive. Everything is found by its visible words.
 */
let stack: StackUnderTest;
let newcomer: OperatorAtThePage;
let page: Page;
let printed: { readonly login: string; readonly password: string; readonly amocrm: string };

beforeAll(async () => {
  stack = await StackUnderTest.start();
  await stack.startSimulator();
  printed = read(stack.printed);
  newcomer = await OperatorAtThePage.with(stack, { name: printed.login, password: printed.password });
  page = newcomer.page;
});
afterAll(async () => {
  await newcomer.close();
  await stack.stop();
});

describe('тот, кто видит это впервые', () => {
  it('входит с тем, что напечатано, и видит, с чего начать', async () => {
    await newcomer.enter();
    await page.getByText('С чего начать').waitFor();
    await keepPicture(page, 'newcomer-1-overview');
    await page.getByRole('link', { name: 'Подключите amoCRM' }).click();
  });

  it('подключает amoCRM: адрес напечатан, токен лежит на её странице', async () => {
    await page.getByRole('button', { name: 'Добавить учетные данные' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('AmoCRM URL').fill(printed.amocrm);
    await dialog.getByLabel('Долгосрочный токен').fill(await tokenOfAmocrm());
    await keepPicture(page, 'newcomer-2-credentials');
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Воронки и сотрудники amoCRM прочитаны').waitFor();
  });

  it('делает, что советует список: ответственные, правила, переключатель внизу', async () => {
    for (const direction of ['Входящие звонки', 'Исходящие звонки']) {
      const block = page.getByRole('region', { name: direction });
      await choose(
        block.getByRole('combobox', { name: 'Ответственный менеджер по-умолчанию в amoCRM' }),
        'Мария Кузнецова',
      );
    }
    const incoming = page.getByRole('region', { name: 'Входящие звонки' });
    await flip(incoming.getByRole('switch', { name: 'Успешный звонок с неизвестного номера' }));
    await choose(incoming.getByRole('combobox', { name: 'Действие' }), 'Создавать новый контакт и сделку');
    await choose(incoming.getByRole('combobox', { name: 'Воронка' }), 'Воронка');
    await choose(incoming.getByRole('combobox', { name: 'Этап' }), 'Переговоры');
    await flip(page.getByRole('switch', { name: 'Интеграция активна' }));
    await page.getByText('Заработает после сохранения.').waitFor();
    await keepPicture(page, 'newcomer-3-settings');
    await page.getByRole('button', { name: 'Сохранить настройки' }).click();
    await page.getByText('Настройки сохранены').waitFor();
  });

  it('спрашивает, что произойдёт при звонке: отвечают сохранённые правила', async () => {
    await page.getByRole('link', { name: 'Обзор' }).click();
    await page.getByText('Всё в порядке').or(page.getByText('С чего начать')).first().waitFor();
    await page.getByRole('link', { name: 'Настройки', exact: true }).click();
    const panel = page.getByRole('region', { name: 'Что произойдёт' });
    await panel.getByText('Контакт «').waitFor();
    await panel.getByText('Сделка «').waitFor();
    expect(await panel.getByText('Отличие от сохранённых настроек').count()).toBe(0);
  });

  it('видит, как звонок приходит и что он сделал', async () => {
    await page.getByRole('link', { name: 'Журнал звонков' }).click();
    const call = page.getByRole('row').filter({ hasText: 'Контакт' }).filter({ hasText: 'Сделка' }).first();
    await call.waitFor();
    await keepPicture(page, 'newcomer-4-journal');
    await call.getByRole('button').click();
    await page.getByText('Контакт: создано').waitFor();
    await keepPicture(page, 'newcomer-5-call');
  });

  it('открывает по ссылке карточку в amoCRM', async () => {
    const opened = page.context().waitForEvent('page');
    await page
      .getByRole('link', { name: /^Контакт \d+$/ })
      .first()
      .click();
    const amocrm = await opened;
    await amocrm.locator('.wanted').waitFor();
    await keepPicture(amocrm, 'newcomer-6-amocrm');
    await amocrm.close();
    // One step back is the list again.
    await page.goBack();
    await page.getByRole('heading', { name: 'Журнал звонков' }).waitFor();
    expect(newcomer.complaints).toEqual([]);
  });
});

/** What is printed, as a person reads it: the login with which nothing is set up yet, and where amoCRM is. */
function read(text: string): typeof printed {
  const [, login, password] = /login (\S+) {2}password (\S+) {2}\(nothing is set up yet/.exec(text) ?? [];
  const [, amocrm] = /^amoCRM emulator (\S+)/m.exec(text) ?? [];
  if (login === undefined || password === undefined || amocrm === undefined) {
    throw new Error(`npm start does not print what a newcomer needs:\n${text}`);
  }
  return { login, password, amocrm };
}

/** Opens amoCRM in another tab and copies the token, as the page says. */
async function tokenOfAmocrm(): Promise<string> {
  const amocrm = await page.context().newPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await amocrm.goto(printed.amocrm);
  await amocrm.getByRole('button', { name: 'Интеграции' }).click();
  await amocrm.getByRole('button', { name: 'Скопировать: Долгосрочный токен' }).click();
  await amocrm.getByText('Долгосрочный токен: скопировано').waitFor();
  const token = await amocrm.evaluate(() => navigator.clipboard.readText());
  await amocrm.close();
  return token;
}

async function choose(field: Locator, option: string): Promise<void> {
  await field.click();
  await page
    .getByRole('option')
    .filter({ has: page.getByText(option, { exact: true }) })
    .click();
  await page.getByRole('listbox').waitFor({ state: 'hidden' });
}

/** By the keyboard: what is above may still be unfolding. */
async function flip(toggle: Locator): Promise<void> {
  await toggle.press('Space');
}
