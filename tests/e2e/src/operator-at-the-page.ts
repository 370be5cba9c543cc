import { randomBytes } from 'node:crypto';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { StackUnderTest } from './stack-under-test.js';

/** No test asserts a time; this only ends a wait for what never comes, also on a machine that is busy with other things. */
const patienceMs = 120_000;

/** A person in front of the settings page, in a real browser. */
export class OperatorAtThePage {
  /** What the browser itself complains of: script errors, refused styles and scripts, answers of 500. */
  readonly complaints: string[] = [];

  private constructor(
    readonly accountId: string,
    private readonly login: { readonly name: string; readonly password: string },
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
    return OperatorAtThePage.open(stack, accountId, users, { name: 'Ольга Оператор', role: 'account_admin' });
  }

  /** An administrator of the platform, who belongs to no account. */
  static async ofThePlatform(stack: StackUnderTest): Promise<OperatorAtThePage> {
    return OperatorAtThePage.open(stack, '', '/platform-admins', { name: 'Пётр Платформа' });
  }

  private static async open(
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
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'ru-RU' });
    page.setDefaultTimeout(patienceMs);
    return new OperatorAtThePage(accountId, login, stack.url('settingsApi'), browser, page);
  }

  async logIn(): Promise<void> {
    await this.enter();
    await this.room('Обзор');
  }

  async enter(): Promise<void> {
    await this.page.goto(this.origin);
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

  /** Presses «Сохранить настройки»; the HTTP status of the answer. */
  async save(): Promise<number> {
    const answered = this.page.waitForResponse(
      (answer) => answer.request().method() === 'PUT' && answer.url().endsWith('/integration'),
    );
    await this.page.getByRole('button', { name: 'Сохранить настройки' }).click();
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
