import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
let browser: Browser;
let page: Page;
/** What the browser itself complains of: script errors, refused styles and scripts. */
let complaints: string[] = [];

beforeAll(async () => {
  open = await openEmulator();
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterAll(async () => {
  await browser.close();
  await open.emulator.stop();
});
beforeEach(() => {
  open.emulator.control.reset();
  complaints = [];
});

const show = async (part: string) => {
  // Another address first: only a changed document is loaded anew when the rest of it differs by the hash alone.
  await page.goto('about:blank');
  await page.goto(`${open.emulator.url}/#${part}`);
  await page.getByRole('navigation', { name: 'Разделы' }).getByRole('button').first().waitFor();
};
const tab = (name: string) => page.getByRole('button', { name, exact: true });
const log = () => page.getByRole('complementary', { name: 'Запросы' });

describe('the page in a browser', () => {
  it('switches a fault on, shows in the log what it did, and switches it off', async () => {
    await show('faults');
    const lost = page.getByRole('switch', { name: 'Ответ потерян после записи' });
    await lost.click();
    await tab('Сбои 1').waitFor();
    await expect(open.amo.post('/api/v4/contacts', [{ name: 'Ольга' }])).rejects.toThrow();
    const entry = log().getByText('сбой: Ответ потерян после записи');
    await entry.click();
    await log().getByText('ответ потерян: соединение сброшено').waitFor();
    await page.getByText('сработал 1 раз').waitFor();
    await lost.click();
    await tab('Сбои').waitFor();
    expect((await open.amo.post('/api/v4/contacts', [{ name: 'Пётр' }])).status).toBe(200);
    expect(complaints).toEqual([]);
  });

  it('accepts a claim, whose contact then stands among the contacts', async () => {
    open.emulator.control.portal().settings.unsortedMetadata = 'lenient';
    const claim = { source_uid: 'a', source_name: 'Телефония', _embedded: { contacts: [{ name: 'Новый клиент' }] } };
    await open.amo.post('/api/v4/leads/unsorted/sip', [claim]);
    await show('unsorted');
    await page.getByRole('button', { name: 'Принять' }).click();
    await page.getByText('В неразобранном пусто').waitFor();
    await tab('Контакты 1').click();
    await page.getByRole('heading', { name: 'Новый клиент' }).waitFor();
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(200);
  });

  it('deletes a stage, which requests then cannot name, and its deal stands in the first one', async () => {
    await open.amo.create('/api/v4/leads', { name: 'Сделка с этапом', pipeline_id: 3101, status_id: 31_012 });
    await show('account');
    const remove = page.getByRole('button', { name: 'Удалить этап Переговоры' });
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    const refused = await open.amo.post('/api/v4/leads', [{ pipeline_id: 3101, status_id: 31_012 }]);
    expect(refused.status).toBe(400);
    await tab('Сделки 1').click();
    const first = page.locator('.lane', { has: page.getByRole('heading', { name: 'Первичный контакт' }) });
    await first.getByRole('heading', { name: 'Сделка с этапом' }).waitFor();
  });

  it('stops the portal and lets it go on by the keyboard alone', async () => {
    await show('faults');
    const stop = page.getByRole('button', { name: '402 на запись' });
    await stop.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '402 на запись', pressed: true }).waitFor();
    expect((await open.amo.post('/api/v4/contacts', [{}])).status).toBe(402);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '402 на запись', pressed: false }).waitFor();
    expect((await open.amo.post('/api/v4/contacts', [{}])).status).toBe(200);
  });

  it('changes a switch of the settings, and keeps what is being typed while requests come in', async () => {
    await show('settings');
    const name = 'Ответов 429 до блокировки (0 — не блокировать)';
    const blockAfter = page.getByRole('spinbutton', { name });
    await blockAfter.fill('3');
    await open.amo.get('/api/v4/account');
    await log().getByText('/account').waitFor();
    expect(await blockAfter.inputValue()).toBe('3');
    await blockAfter.press('Enter');
    await page.locator('.changed', { hasText: name }).waitFor();
    expect(open.emulator.control.portal().settings.blockAfterRejections).toBe(3);
  });

  it.each([
    ['contacts', { name: 'Ольга' }, 'Контакты'],
    ['leads', { name: 'Сделка Ольги' }, 'Сделки'],
  ] as const)('opens at the address that amoCRM has for one of its %s', async (type, card, part) => {
    const id = await open.amo.create(`/api/v4/${type}`, card);
    await page.goto(`${open.emulator.url}/${type}/detail/${String(id)}`);
    await page.getByRole('button', { name: `${part} 1`, exact: true, pressed: false }).waitFor();
    await page.locator('.wanted', { has: page.getByRole('heading', { name: card.name }) }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows what a caller needs to connect: the address and the long-lived token, to copy', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await show('integrations');
    await page.getByRole('button', { name: 'Скопировать: Долгосрочный токен' }).click();
    await page.getByText('Долгосрочный токен: скопировано').waitFor();
    const token = String(await page.evaluate('navigator.clipboard.readText()'));
    expect((await open.amo.as(token).get('/api/v4/account')).status).toBe(200);
    await page.getByText(open.emulator.url, { exact: true }).waitFor();
    open.emulator.control.portal().tokens.revoke('token-1');
    await page.getByText('отозван').waitFor();
  });

  it('tells a violation in the report', async () => {
    await open.amo.post(
      '/api/v4/contacts',
      [1, 2].map(() => ({ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+79161234567' }] }] })),
    );
    await show('report');
    await page.getByText('контакт с телефоном 9161234567').waitFor();
  });

  it('shows what a caller stored as text, never as markup', async () => {
    const name = '<img src=x onerror="document.title=1"><b>К</b>';
    await open.amo.create('/api/v4/contacts', { name });
    await show('contacts');
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.locator('main img, main b').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
