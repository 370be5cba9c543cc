import { itoolabsPush } from '../itoolabs/itoolabs-adapter.js';
import { uisPush } from '../uis/uis-adapter.js';
import { type PushAdapter } from './push-adapter.js';

/** A vendor's way of speaking, as a delivery that waits in Postgres remembers it. */
export const vendorDialects = ['uis', 'itoolabs'] as const;
export type VendorDialect = (typeof vendorDialects)[number];

export const pushAdapters: Readonly<Record<VendorDialect, PushAdapter>> = { uis: uisPush, itoolabs: itoolabsPush };
