import { type Portal } from '@perezvon/contracts';

/** What amocrm-writer would publish of a small portal: two pipelines, three users, two task types. */
export function portalCopy(accountId: string, portalId: string, changed: Partial<Portal> = {}): Portal {
  return {
    portalId,
    accountId,
    lane: 'amocrm.ru:1001',
    readAt: '2026-01-02T03:04:05.678Z',
    stop: null,
    pipelines: [
      {
        id: 1,
        name: 'Воронка',
        sort: 1,
        isMain: true,
        isUnsortedOn: true,
        isArchive: false,
        statuses: [
          { id: 10, name: 'Неразобранное', sort: 10, type: 1 },
          { id: 11, name: 'Первичный контакт', sort: 20, type: 0 },
        ],
      },
      {
        id: 2,
        name: 'Повторные',
        sort: 2,
        isMain: false,
        isUnsortedOn: false,
        isArchive: false,
        statuses: [{ id: 21, name: 'Новое', sort: 20, type: 0 }],
      },
    ],
    users: [
      { id: 101, name: 'Анна', isActive: true },
      { id: 102, name: 'Борис', isActive: true },
      { id: 103, name: 'Вера', isActive: false },
    ],
    taskTypes: [
      { id: 1, name: 'Звонок' },
      { id: 2, name: 'Встреча' },
    ],
    ...changed,
  };
}
