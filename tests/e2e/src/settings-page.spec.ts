import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pbxCallEvents } from '@perezvon/contracts';
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
    await page.getByLabel('Выберите аккаунт').getByText('Выберите элемент').waitFor();
    await page.getByRole('button', { name: 'Добавить учетные данные' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Название').getAttribute('required')).toBe(null);
    expect(await dialog.getByLabel('AmoCRM URL').getAttribute('required')).not.toBe(null);
    await dialog.getByLabel('Название').fill('Основной');
    await dialog
      .getByLabel('AmoCRM URL')
      .fill(`${stack.emulatorUrl.toUpperCase().replace('HTTP', 'http')}/leads/list/`);
    await dialog.locator('input[type=password]').fill(stack.amocrmToken);
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Воронки и сотрудники amoCRM прочитаны').waitFor();
  });

  it('нажмите «шестерёнку» напротив портала в списке: название можно изменить или удалить, изменения отменить', async () => {
    await openFromList('Основной');
    const dialog = operator.page.getByRole('dialog');
    expect(await dialog.getByLabel('AmoCRM URL').inputValue()).toBe(stack.emulatorUrl);
    await dialog.getByLabel('Название').fill('Отменённое');
    await dialog.getByRole('button', { name: 'Отменить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await rename('Основной', '');
    await rename(new URL(stack.emulatorUrl).host, 'Главный портал');
  });

  it('ещё один портал: адрес можно поменять, а учетные данные целиком удалить', async () => {
    const { page } = operator;
    await page.getByRole('button', { name: 'Добавить учетные данные' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('AmoCRM URL').fill('AMO2ComagicDev.amocrm.ru');
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await openFromList('amo2comagicdev.amocrm.ru');
    await dialog.getByLabel('AmoCRM URL').fill('https://amo3comagicdev.amocrm.ru/');
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await openFromList('amo3comagicdev.amocrm.ru');
    await dialog.getByRole('button', { name: 'Удалить' }).click();
    await dialog.getByRole('button', { name: 'Удалить учетные данные «amo3comagicdev.amocrm.ru»?' }).click();
    await dialog.waitFor({ state: 'detached' });
    await operator.choose('portalId', 'Главный портал');
    await page.getByText('Воронки и сотрудники amoCRM прочитаны').waitFor();
  });

  it('«Интеграция активна» по умолчанию выключена, и включить её неполной нельзя', async () => {
    const { page } = operator;
    expect(await operator.field('active').getByRole('switch').isChecked()).toBe(false);
    await operator.switchOn('active');
    expect(await operator.save()).toBe(422);
    await page.getByRole('alert').filter({ hasText: 'Осталось исправить' }).getByRole('button').nth(1).waitFor();
  });
});

describe('страница настроек', () => {
  it('делится на блоки, «Интеграция активна» в самом низу', async () => {
    const blocks = await operator.page.getByRole('main').locator('section > h3').allInnerTexts();
    expect(blocks.filter((title) => title !== 'Что произойдёт')).toEqual([
      'Учетные данные',
      'Входящие звонки',
      'Исходящие звонки',
      'Сопоставление пользователей CRM и ваших сотрудников',
      'Прочие параметры интеграции',
    ]);
    await operator.page
      .getByRole('region', { name: 'Прочие параметры интеграции' })
      .getByText('Интеграция активна')
      .waitFor();
  });

  it('напротив переключателей подсказки, которые появляются при наведении на восклицательный знак в круге', async () => {
    const switches = await operator.page.getByRole('switch').all();
    for (const toggle of switches) {
      const field = toggle.locator('xpath=ancestor::*[contains(@class, "problem-target")][1]');
      expect(await field.getByLabel(/^Подсказка: ./).count()).toBeGreaterThan(0);
    }
    const hint = operator
      .field('incoming.tagging')
      .getByLabel(/^Подсказка: /)
      .first();
    await hint.hover();
    await operator.page.getByText('Тег с номером телефона получают и сделка, и контакт').waitFor();
    await operator.page.mouse.move(0, 0);
  });

  it('«Исходящие» не отличаются от «Входящих», кроме «Переадресации на персонального менеджера»', async () => {
    const placesIn = async (side: string): Promise<string[]> => {
      const ids = await operator.page
        .locator(`#${side} [id^=field-${side}-]`)
        .evaluateAll((fields) => fields.map(({ id }) => id));
      return [...new Set(ids.filter((id) => !/-(label|error|description)$/.test(id)))].map((id) =>
        id.replace(`field-${side}-`, ''),
      );
    };
    for (const side of ['incoming', 'outgoing'] as const) await operator.unfoldRest(side);
    const outgoing = await placesIn('outgoing');
    const onlyIncoming = (await placesIn('incoming')).filter((place) => !outgoing.includes(place));
    // A recording is waited for by incoming unsorted records alone: an outgoing one is a form (R2).
    expect(onlyIncoming.sort()).toEqual(['personalManagerRouting', 'unsortedRecordWaitSec']);
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
    expect(await operator.offered(`${cell}.action`)).toEqual([
      'Создавать новый контакт и сделку',
      'Создавать запись в неразобранном',
      'Создавать новый контакт',
    ]);
    await operator.choose(`${cell}.action`, 'Создавать запись в неразобранном');
    await operator.choose(`${cell}.pipelineId`, 'Воронка');
  });

  it('3. «Успешный звонок от существующего клиента»: «Создавать сделку всегда» вместо контакта', async () => {
    const cell = 'incoming.cells.answeredKnown';
    await operator.switchOn(cell);
    expect(await operator.offered(`${cell}.action`)).toEqual([
      'Создавать новый контакт и сделку',
      'Создавать запись в неразобранном',
      'Создавать сделку всегда',
    ]);
    await operator.choose(`${cell}.action`, 'Создавать сделку всегда');
    await operator.choose(`${cell}.pipelineId`, 'Повторные продажи');
    await operator.choose(`${cell}.statusId`, 'Новая заявка');
  });

  it('3. «Создавать сделку всегда»: сделка создаётся только по завершению звонка', async () => {
    const panel = operator.page.getByRole('region', { name: 'Что произойдёт' });
    await panel.getByText('Есть в amoCRM').click();
    await panel.getByRole('listitem').filter({ hasText: 'Сделка «' }).getByText('по завершении').waitFor();
    await panel.getByText('Неизвестный номер').click();
  });

  it('4. «Непринятый звонок от существующего клиента»: всё как в пункте выше', async () => {
    const cell = 'incoming.cells.missedKnown';
    await operator.switchOn(cell);
    expect(await operator.offered(`${cell}.action`)).toEqual([
      'Создавать новый контакт и сделку',
      'Создавать запись в неразобранном',
      'Создавать сделку всегда',
    ]);
    await operator.choose(`${cell}.action`, 'Создавать новый контакт и сделку');
    await operator.choose(`${cell}.pipelineId`, 'Воронка');
    await operator.choose(`${cell}.statusId`, 'Первичный контакт');
  });

  it('теги, задача, персональный менеджер и ответственные', async () => {
    await operator.switchOn('incoming.tagging');
    await operator.switchOn('incoming.answeredTask');
    await operator.switchOn('incoming.personalManagerRouting');
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

  it('«Фильтровать исходящие звонки»: аналогично', async () => {
    await operator.set('outgoing.filteredNumbers', '8 (916) 000-00-98');
    await operator.field('outgoing.filteredNumbers').getByText('+79160000098', { exact: true }).waitFor();
  });

  it('«Что произойдёт» отвечает по тому, что ещё не сохранено', async () => {
    const panel = operator.page.getByRole('region', { name: 'Что произойдёт' });
    await panel.getByText('Сделка «').waitFor();
    await panel.getByText('при ответе').first().waitFor();
    await panel.getByText('Не ответили').click();
    await panel.getByText('неразобранном', { exact: false }).first().waitFor();
  });

  it('включите «Интеграция активна» и нажмите «Сохранить»', async () => {
    const panel = operator.page.getByRole('region', { name: 'Что произойдёт' });
    await panel.getByText('Отличие от сохранённых настроек').waitFor();
    expect(await operator.save()).toBe(200);
    // What was saved a moment ago is no difference any more.
    await panel.getByText('Отличие от сохранённых настроек').waitFor({ state: 'detached' });
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
    await page.getByRole('button', { name: 'Вернуть эти настройки' }).first().waitFor();
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

describe('страница', () => {
  it('ни разу не сломалась по дороге', () => {
    expect(operator.complaints).toEqual([]);
  });
});

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

/** Opens a portal by the gear opposite it in the list «Выберите аккаунт». */
async function openFromList(title: string): Promise<void> {
  const { page } = operator;
  await page.getByLabel('Выберите аккаунт').click();
  await page.getByRole('option').getByTitle(`Изменить учетные данные «${title}»`).click();
  await page.getByRole('dialog').getByLabel('Название').waitFor();
}

async function rename(title: string, name: string): Promise<void> {
  await openFromList(title);
  const dialog = operator.page.getByRole('dialog');
  await dialog.getByLabel('Название').fill(name);
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await dialog.waitFor({ state: 'detached' });
}
