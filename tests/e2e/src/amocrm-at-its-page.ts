import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

const patienceMs = 60_000;

/** A person in front of the amoCRM emulator's page, in a real browser: what goes wrong there, and what is put right again. */
export class AmocrmAtItsPage {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly url: string,
  ) {}

  static async open(url: string): Promise<AmocrmAtItsPage> {
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'ru-RU' });
    page.setDefaultTimeout(patienceMs);
    const opened = new AmocrmAtItsPage(browser, page, url);
    await opened.showFaults();
    return opened;
  }

  /** One of «Остановить портал» by its name, pressed, and seen to hold. */
  async turn(stop: string, isOn: boolean): Promise<void> {
    const button = this.button(stop);
    if ((await button.getAttribute('aria-pressed')) === String(isOn)) return;
    await button.click();
    await this.page
      .locator(`button.stop[aria-pressed=${String(isOn)}]`, { hasText: stop })
      .first()
      .waitFor();
  }

  /** «Истёк срок доступа»: the next request begins with a refresh. */
  async expireAccess(): Promise<void> {
    await this.page.getByRole('button', { name: 'Истёк срок доступа' }).click();
    await this.page.getByText('Токены доступа больше не действуют').waitFor();
  }

  /** «Отключить интеграцию», with the address at which the integration wants to hear of it. */
  async disconnect(disconnectUrl: string): Promise<void> {
    this.page.once('dialog', (question) => void question.accept(disconnectUrl));
    await this.page.getByRole('button', { name: 'Отключить интеграцию' }).click();
    await this.page.getByText('Интеграция отключена').waitFor();
  }

  /**
   * An administrator's consent on amoCRM's own page, as the button of the settings page leads to it.
   * @param begin asks the settings API for the address, in this browser: its answer's cookie has to come back
   */
  async authorise(begin: (post: Page['request']['post']) => Promise<string>): Promise<string> {
    const { request } = this.page.context();
    await this.page.goto(await begin(request.post.bind(request)));
    await this.page.getByRole('button', { name: 'Разрешить' }).first().click();
    await this.page.waitForURL(/[?&]authorization=/);
    const outcome = new URL(this.page.url()).searchParams.get('authorization');
    await this.showFaults();
    return outcome ?? '';
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private async showFaults(): Promise<void> {
    await this.page.goto(`${this.url}/#faults`);
    await this.button('Лимит тарифа').waitFor();
  }

  private button(name: string): Locator {
    return this.page.locator('button.stop').filter({ has: this.page.getByText(name, { exact: true }) });
  }
}
