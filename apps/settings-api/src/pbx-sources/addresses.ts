import { type PbxSource } from '@perezvon/contracts';

/** Where PBXs reach our edges from outside: call-ingest, and decision-engine's routing. Origins without a slash at the end. */
export interface PbxEdges {
  readonly ingestUrl: string;
  readonly routeUrl: string;
}

/** What is pasted into a PBX's cabinet; `{secret}` stands for the source's secret. */
export interface SourceAddresses {
  readonly events: string;
  /** Personal manager (rules.md R13); null: the PBX asks at the address of its events, or has no dialect for it. */
  readonly route: string | null;
}

/** The addresses of one source (interfaces.md, PBX side). */
export function addressesOf(
  { sourceId, kind }: Pick<PbxSource, 'sourceId' | 'kind'>,
  { ingestUrl, routeUrl }: PbxEdges,
): SourceAddresses {
  const source = `${ingestUrl}/v1/pbx/${sourceId}`;
  switch (kind) {
    case 'uis':
      return { events: `${source}/uis/{secret}`, route: `${routeUrl}/v1/route/uis/${sourceId}/{secret}` };
    case 'itoolabs':
      return { events: `${source}/itoolabs`, route: null };
    case 'canonical':
      return { events: `${source}/events`, route: null };
  }
}
