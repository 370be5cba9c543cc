export const queue = {
  queue: {
    effects: 'Операции amoCRM',
    empty: 'Всё записано, ничего не ждёт.',
    states: { all: 'Все', waiting: 'Ждут', in_doubt: 'Проверяются', parked: 'Нужна помощь' },
    since: 'с {{when}}',
    nextTry: 'следующая попытка {{when}}',
    discard: 'Отменить операцию',
    rejected: 'Отклонённые события телефонии',
    forVendor: 'Для поставщика АТС:',
    rejectedLead:
      'То, что прислала АТС и что нельзя понять. Исправьте настройку АТС и отправьте событие на обработку снова.',
    noRejected: 'Отклонённых событий нет.',
    rejections: {
      invalid_json: 'Это не JSON',
      too_large: 'Событие слишком большое',
      unknown_schema_version: 'Эта версия событий не поддерживается',
      invalid_event: 'Событие не такое, как описано',
      unknown_account: 'Нет такой компании',
      untranslatable: 'Событие АТС не удалось понять',
      too_old: 'Событие слишком старое',
    },
    replay: 'Обработать снова',
    replayed: 'Обработано снова',
  },
  history: {
    empty: 'Настройки ещё не меняли.',
    all: 'Показать все изменения: {{count}}',
    setUp: 'Первичная настройка',
    restore: 'Вернуть эти настройки',
    untold: 'и ещё {{count}}',
  },
};
