import { type Localized } from '@perezvon/service';

/** What can be done to an account: stable for programs, and in words. */
export const changeNames = {
  account_created: { ru: 'Кабинет создан', en: 'Account created' },
  account_renamed: { ru: 'Кабинет переименован', en: 'Account renamed' },
  integration_saved: { ru: 'Настройки интеграции сохранены', en: 'Integration settings saved' },
  employees_saved: { ru: 'Сотрудники сохранены', en: 'Employees saved' },
  mapping_saved: { ru: 'Сопоставление сохранено', en: 'Mapping saved' },
  portal_added: { ru: 'Учетные данные добавлены', en: 'Portal added' },
  portal_changed: { ru: 'Учетные данные изменены', en: 'Portal changed' },
  portal_deleted: { ru: 'Учетные данные удалены', en: 'Portal deleted' },
  portal_moved: { ru: 'Портал сменился на другой аккаунт amoCRM', en: 'Moved to another amoCRM account' },
  credentials_changed: { ru: 'Доступ к amoCRM обновлён', en: 'Credentials of amoCRM changed' },
  source_added: { ru: 'Источник АТС добавлен', en: 'PBX source added' },
  source_changed: { ru: 'Источник АТС изменён', en: 'PBX source changed' },
  source_deleted: { ru: 'Источник АТС удалён', en: 'PBX source deleted' },
  key_added: { ru: 'Ключ API создан', en: 'API key made' },
  key_changed: { ru: 'Ключ API изменён', en: 'API key changed' },
  key_deleted: { ru: 'Ключ API удалён', en: 'API key deleted' },
  journal_retention_changed: { ru: 'Срок хранения журнала, дней', en: 'Days for which the journal is kept' },
  user_added: { ru: 'Пользователь добавлен', en: 'User added' },
  user_changed: { ru: 'Пользователь изменён', en: 'User changed' },
  password_changed: { ru: 'Пароль пользователя изменён', en: 'Password of a user changed' },
  user_deleted: { ru: 'Пользователь удалён', en: 'User deleted' },
} as const satisfies Record<string, Localized>;

export type ChangeName = keyof typeof changeNames;
