import { type PbxSource } from '@perezvon/contracts';
import { itoolabsHistory } from '../itoolabs/itoolabs-history.js';
import { uisReport } from '../uis/uis-report.js';
import { type PullAdapter } from './pull-adapter.js';

/** By the source's kind; a canonical source has no vendor who could be asked. */
export const pullAdapters: Readonly<Record<PbxSource['kind'], PullAdapter | null>> = {
  canonical: null,
  uis: uisReport,
  itoolabs: itoolabsHistory,
};
