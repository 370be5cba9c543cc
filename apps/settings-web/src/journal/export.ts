import { useMutation } from '@tanstack/react-query';
import { useTranslation } from '../i18n/use-translation';
import { useAccountPath } from '../api/account';
import { pageOfCalls, type CallLine, type CallSearch } from '../api/journal';
import { dateAndTime } from '../i18n/dates';

/** What a table program opens without complaint; more is a matter for the API. */
const maxLines = 20_000;
const pageSize = 500;

/** Everything that the search finds, as a CSV file. */
export function useExport(search: CallSearch) {
  const { t } = useTranslation();
  const path = useAccountPath();
  return useMutation({
    mutationFn: async () => {
      const calls: CallLine[] = [];
      for (let cursor: string | null = ''; cursor !== null && calls.length < maxLines;) {
        const page: Awaited<ReturnType<typeof pageOfCalls>> = await pageOfCalls(path, search, cursor, pageSize);
        calls.push(...page.items);
        cursor = page.nextCursor;
      }
      const head = [
        t('journal.when'),
        t('journal.direction'),
        t('journal.client'),
        t('journal.employee'),
        t('journal.outcome'),
        t('journal.talk'),
        t('journal.inCrm'),
      ];
      const rows = calls.map((call) => [
        dateAndTime(call.startedAt),
        t(`foresight.directions.${call.direction === 'out' ? 'out' : 'in'}`),
        call.phone ?? '',
        call.employee ?? '',
        call.outcome === null ? '' : t(`journal.outcomes.${call.outcome}`),
        String(call.talkSec ?? ''),
        call.effects
          .filter(({ state }) => state === 'done')
          .map(({ effect }) => t(`journal.effects.${effect}` as 'journal.effects.contact'))
          .join(', '),
      ]);
      download([head, ...rows].map((row) => row.map(quoted).join(';')).join('\r\n'));
    },
  });
}

/**
 * Quoted, and with an apostrophe before what a table program would take for a formula: names come from a PBX, and a
 * phone begins with a plus.
 */
const quoted = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

function download(csv: string): void {
  // The mark at the start tells Excel that this is UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `calls-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
