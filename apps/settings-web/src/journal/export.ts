import { useMutation } from '@tanstack/react-query';
import { useTranslation } from '../i18n/use-translation';
import { useAccountPath } from '../api/account';
import { pageOfCalls, type CallLine, type CallSearch } from '../api/journal';

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
        sortable(call.startedAt),
        t(`foresight.directions.${call.direction === 'out' ? 'out' : 'in'}`),
        // Without its plus: a table program would take the whole for a formula.
        call.phone?.replace('+', '') ?? '',
        call.employee ?? '',
        call.outcome === null ? '' : t(`journal.outcomes.${call.outcome}`),
        String(call.talkSec ?? ''),
        call.effects
          .filter(({ state }) => state === 'done')
          .map(({ effect }) => t(`journal.effects.${effect}` as 'journal.effects.contact'))
          .join(', ') || t(`journal.states.${call.state}` as 'journal.states.done'),
      ]);
      download([head, ...rows].map((row) => row.map(quoted).join(';')).join('\r\n'));
    },
  });
}

/** The reader's own time, as a table program reads and sorts it: `2026-11-27 11:59:00`. */
function sortable(instant: string): string {
  const at = new Date(instant);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Quoted, and with an apostrophe before what a table program would take for a formula: names come from a PBX.
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
