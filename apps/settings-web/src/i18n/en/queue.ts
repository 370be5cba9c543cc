import type { queue as words } from '../ru/queue';

export const queue: typeof words = {
  queue: {
    effects: 'amoCRM operations',
    empty: 'Everything is written, nothing waits.',
    states: { all: 'All', waiting: 'Waiting', in_doubt: 'Being checked', parked: 'Need help' },
    since: 'since {{when}}',
    nextTry: 'next try {{when}}',
    discard: 'Discard',
    rejected: 'Rejected events of the telephony',
    forVendor: 'For the vendor of the PBX:',
    rejectedLead:
      'What the PBX sent and nobody can understand. Mend the setting of the PBX and process the event again.',
    noRejected: 'No rejected events.',
    rejections: {
      invalid_json: 'This is not JSON',
      too_large: 'The event is too large',
      unknown_schema_version: 'This version of events is not supported',
      invalid_event: 'The event is not as described',
      unknown_account: 'There is no such company',
      untranslatable: 'The event of the PBX could not be understood',
      too_old: 'The event is too old',
    },
    replay: 'Process again',
    replayed: 'Processed again',
  },
  history: {
    empty: 'The settings have not been changed yet.',
    all: 'Show all changes: {{count}}',
    setUp: 'First set-up',
    restore: 'Back to this',
    untold: 'and {{count}} more',
  },
};
