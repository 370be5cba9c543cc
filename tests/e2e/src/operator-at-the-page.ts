import { randomBytes } from 'node:crypto';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { StackUnderTest } from './stack-under-test.js';

/** No test asserts a time; this only ends a wait for what never comes, also on a machine that is busy with other things. */
const patienceMs = 120_000;

interface Login {
  readonly name: string;
  readonly password: string;
}

/** A person in front of the settings page, in a real browser. */
export class OperatorAtThePage {
  /** What the browser itself complains of: script errors, refused styles and scripts, answers of 500. */
  readonly complaints: string[] = [];

  private constructor(
    readonly accountId: string,
    private readonly login: Login,
    private readonly origin: string,
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('response', (answer) => {
      if (answer.status() >= 500) this.complaints.push(`${String(answer.status())} ${answer.url()}`);
    });
  }

  /** The administrator of a new account, «Ромашка». */
  static async of(stack: StackUnderTest): Promise<OperatorAtThePage> {
    const { accountId } = await answerOf<{ accountId: string }>(
      stack.settingsApi('POST', '/accounts', { name: 'Ромашка' }),
    );
    const users = `/accounts/${accountId}/users`;
    return OperatorAtThePage.register(stack, accountId, users, { name: 'Ольга Оператор', role: 'account_admin' });
  }

  /** An administrator of the platform, who belongs to no account. */
  static async ofThePlatform(stack: StackUnderTest): Promise<OperatorAtThePage> {
    return OperatorAtThePage.register(stack, '', '/platform-admins', { name: 'Пётр Платформа' });
  }

  /** Somebody of an account who may only look. */
  static async viewerOf(stack: StackUnderTest, accountId: string): Promise<OperatorAtThePage> {
    const users = `/accounts/${accountId}/users`;
    return OperatorAtThePage.register(stack, accountId, users, { name: 'Вера Видит', role: 'viewer' });
  }

  /** Somebody who was given a login. */
  static async with(stack: StackUnderTest, login: Login): Promise<OperatorAtThePage> {
    return OperatorAtThePage.open(stack, '', login);
  }

  private static async register(
    stack: StackUnderTest,
    accountId: string,
    users: string,
    person: object,
  ): Promise<OperatorAtThePage> {
    const login = {
      name: `person-${randomBytes(4).toString('hex')}`,
      password: randomBytes(12).toString('base64url'),
    };
    await answerOf(stack.settingsApi('POST', users, { ...person, login: login.name, password: login.password }));
    return OperatorAtThePage.open(stack, accountId, login);
  }

  private static async open(stack: StackUnderTest, accountId: string, login: Login): Promise<OperatorAtThePage> {
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'ru-RU' });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    return new OperatorAtThePage(accountId, login, stack.url('settingsApi'), browser, page);
  }

  async logIn(): Promise<void> {
    await this.enter();
    await this.room('Обзор');
  }

  async enter(): Promise<void> {
    await this.page.goto(this.origin);
    await this.giveLogin();
  }

  /** Wherever the page asks for it. */
  async giveLogin(): Promise<void> {
    await this.page.getByLabel('Логин').fill(this.login.name);
    await this.page.locator('input[name=password]').fill(this.login.password);
    await this.page.getByRole('button', { name: 'Войти' }).click();
  }

  /** What the scripts of a room weigh on the wire for a browser that has none of them yet, headers included. */
  async scriptBytesOf(path: string): Promise<number> {
    const network = await this.page.context().newCDPSession(this.page);
    const scripts = new Set<string>();
    let bytes = 0;
    network.on('Network.responseReceived', ({ requestId, type }) => {
      if (type === 'Script') scripts.add(requestId);
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await network.send('Network.enable');
    await network.send('Network.clearBrowserCache');
    await this.page.goto(`${this.origin}/${path}`);
    await this.atRest();
    await network.detach();
    return bytes;
  }

  /** Goes to a room by the page's own menu, and waits until it is that room, with all that it has to load. */
  async room(name: string): Promise<void> {
    const link = this.page.getByRole('link', { name, exact: true });
    await link.click();
    // On a phone the menu folds itself away: then the link that is marked cannot be seen.
    await this.page.locator('nav a[aria-current=page]').filter({ hasText: name }).waitFor({ state: 'attached' });
    await this.atRest();
  }

  /** Resolves when the room stands and nothing in it is being loaded for the first time. */
  async atRest(): Promise<void> {
    await this.page.getByRole('main').getByRole('heading', { level: 2 }).first().waitFor();
    const loading = this.page.getByRole('main').locator('.mantine-Loader-root, .mantine-Skeleton-root');
    await loading.first().waitFor({ state: 'detached' });
  }

  /** One setting of the page by its place in the document. */
  field(path: string): Locator {
    return this.page.locator(`#field-${path.replaceAll('.', '-')}`);
  }

  async switchOn(path: string): Promise<void> {
    return this.turn(path, true);
  }

  async turn(path: string, wanted: boolean): Promise<void> {
    const toggle = this.field(path).getByRole('switch');
    if ((await toggle.isChecked()) === wanted) return;
    // By the keyboard: what is above may still be unfolding, and a click would miss.
    await toggle.press('Space');
    await this.field(path)
      .locator(wanted ? 'input:checked' : 'input:not(:checked)')
      .first()
      .waitFor({ state: 'attached' });
  }

  /** Chooses from a list that opens at a field, and waits until the list is gone. */
  async choose(path: string, option: string): Promise<void> {
    const field = this.field(path);
    await field.click();
    const wanted = this.page.getByRole('option').filter({ has: this.page.getByText(option, { exact: true }) });
    await wanted.click();
    await this.page.getByRole('listbox').waitFor({ state: 'hidden' });
  }

  /** What a list offers, in its order; the list is closed again. */
  async offered(path: string): Promise<string[]> {
    await this.field(path).click();
    await this.page.getByRole('option').first().waitFor();
    const options = await this.page.getByRole('option').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await this.page.getByRole('listbox').waitFor({ state: 'hidden' });
    return options;
  }

  /** One setting brought to a value as its field on the page takes it: a switch, a list, a column of numbers, or a text. */
  async set(path: string, value: boolean | string): Promise<void> {
    const field = this.field(path);
    if (typeof value === 'boolean') await this.turn(path, value);
    else if (path.endsWith('.filteredNumbers')) await this.pasteNumbers(field, value);
    else if ((await field.getAttribute('aria-haspopup')) === 'listbox') await this.choose(path, value);
    else await field.fill(value);
  }

  /** Replaces the numbers of a filter. */
  private async pasteNumbers(field: Locator, numbers: string): Promise<void> {
    const clear = field.getByRole('button', { name: 'Убрать все' });
    if ((await clear.count()) > 0) await clear.click();
    await clear.waitFor({ state: 'detached' });
    if (numbers === '') return;
    await field.getByRole('textbox').fill(numbers);
    await field.getByRole('button', { name: 'Добавить номера' }).click();
    await clear.waitFor();
  }

  /** Unfolds «Дополнительно» of a direction. */
  async unfoldRest(path: 'incoming' | 'outgoing'): Promise<void> {
    const control = this.page.locator(`section#${path}`).getByRole('button', { name: 'Дополнительно' });
    if ((await control.getAttribute('aria-expanded')) !== 'true') await control.click();
    await this.field(`${path}.hiddenNumbers`).waitFor();
  }

  /** Presses «Сохранить настройки»; the HTTP status of the answer. */
  async save(): Promise<number> {
    return this.saveBy('Сохранить настройки');
  }

  /** The same in the language that the page speaks. */
  async saveBy(button: string): Promise<number> {
    const answered = this.page.waitForResponse(
      (answer) => answer.request().method() === 'PUT' && answer.url().endsWith('/integration'),
    );
    await this.page.getByRole('button', { name: button }).click();
    return (await answered).status();
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

async function answerOf<Body = unknown>(asked: Promise<Response>): Promise<Body> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`settings-api answers ${String(answer.status)}: ${await answer.text()}`);
  return (await answer.json()) as Body;
}
