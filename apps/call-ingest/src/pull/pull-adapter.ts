import { type Cabinet, type Translated } from '../adapters/push-adapter.js';
import { type VendorApi } from './vendor-api.js';

/**
 * When calls began, epoch milliseconds: vendors' reports are asked by that, whatever one wants to know. Vendors leave out
 * what their own clock says is outside, so the window is wider than what is wanted by as much as clocks may be apart.
 */
export interface PullWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One finished call of a report. */
export interface PulledCall {
  /** As the report has it: what cannot be taken is kept in this form. */
  readonly row: unknown;
  /** Null = it cannot be told: the row is looked at whenever it comes, and moves no cursor. */
  readonly finishedAtMs: number | null;
  /** The same events, with the same ids, that its pushes should have brought; or why nothing can be made of the row. */
  readonly translated: Translated;
}

/** One vendor's reports, the authoritative truth for calls whose events were lost (reference/pbx-events.md §1.6, §2.2). */
export interface PullAdapter {
  /** Hosts of the vendor's API, and the domains whose hosts are: nothing else may be asked (design.md, property 8). */
  readonly vendorDomains: readonly string[];
  /** Every finished call that began in the window, in however many pages. @throws PullError */
  finishedCalls(api: VendorApi, window: PullWindow, cabinet: Cabinet): Promise<readonly PulledCall[]>;
  /** One row, also when it is driven again. Null = the call goes on. */
  readRow(row: unknown, cabinet: Cabinet): PulledCall | null;
}
