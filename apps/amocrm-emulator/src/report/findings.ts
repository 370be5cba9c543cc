import { type Duplicates } from './duplicates.js';
import { type InvariantReport } from './report.js';

/** One kind of violation, for people: what it is, and each case in a line. */
export interface Finding {
  readonly kind: string;
  readonly title: string;
  readonly explanation: string;
  readonly cases: readonly string[];
}

const MARKERS: Record<keyof Duplicates, string> = {
  noteUniq: 'примечание с uniq',
  unsorted: 'заявка',
  apiOnlyFields: 'карточка с ключом',
  contactPhones: 'контакт с телефоном',
  tasks: 'задача',
};
const MARKER_KINDS = Object.keys(MARKERS) as (keyof Duplicates)[];

/** The report as the page shows it. */
export function findingsOf(report: InvariantReport): Finding[] {
  const duplicates = MARKER_KINDS.flatMap((kind) =>
    report.duplicates[kind].map(({ marker, ids }) => `${MARKERS[kind]} ${marker}: ${ids.join(', ')}`),
  );
  return [
    {
      kind: 'duplicates',
      title: 'Дубли',
      explanation:
        'Одна и та же метка у нескольких записей портала: по uniq звонка, заявке, ключу, телефону контакта, задаче.',
      cases: duplicates,
    },
    {
      kind: 'blind_resends',
      title: 'Повтор вслепую',
      explanation: 'Второй POST с той же меткой, когда первый мог быть применён, а между ними никто не посмотрел.',
      cases: report.blindResends.map((each) => `№${each.firstSeq} и №${each.secondSeq}: ${each.marker}`),
    },
    {
      kind: 'over_limit',
      title: 'Сверх лимита',
      explanation: 'Скользящая секунда, в которую запросов больше, чем разрешено интеграции или аккаунту.',
      cases: report.overLimitWindows.map(
        (each) => `с №${each.fromSeq}: ${each.requests} за секунду (${each.integrationId ?? 'весь аккаунт'})`,
      ),
    },
    {
      kind: 'during_block',
      title: 'Запросы во время блокировки',
      explanation: 'После ответа 403 пробовать можно через 15 минут, потом каждый раз вдвое реже, до 4 часов.',
      cases: report.requestsDuringBlock.map(
        (each) => `№${each.seq}: через ${minutes(each.afterMs)} мин вместо ${minutes(each.allowedAfterMs)}`,
      ),
    },
    {
      kind: 'overlapping_writers',
      title: 'Два писателя сразу',
      explanation: 'Две записи шли одновременно: от двух владельцев одного аккаунта или об одном и том же.',
      cases: report.overlappingWriters.map((each) => `№${each.firstSeq} и №${each.secondSeq}: ${each.what}`),
    },
    {
      kind: 'out_of_order',
      title: 'Порядок звонков',
      explanation: 'В карточке звонок записан после другого, который начался, когда первый уже кончился.',
      cases: report.outOfOrder.map((each) => `${each.card}: №${each.secondNoteId} после №${each.firstNoteId}`),
    },
    {
      kind: 'unknown_fields',
      title: 'Поля, которых нет в документации',
      explanation: 'amoCRM их, скорее всего, не заметит: опечатка или выдумка.',
      cases: report.unknownFields,
    },
  ];
}

function minutes(ms: number): string {
  return (ms / 60_000).toLocaleString('ru-RU', { maximumFractionDigits: 1 });
}
