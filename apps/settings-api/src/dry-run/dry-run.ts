import { type CallFacts } from '@perezvon/calls';
import { type IntegrationSettings, type Portal, type Settings } from '@perezvon/contracts';
import { type FieldProblem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { Accounts } from '../accounts/accounts.js';
import { complete } from '../integration/complete.js';
import { type IntegrationDto } from '../integration/integration.dto.js';
import { forbiddenCombinations, missingFields } from '../integration/rules.js';
import { factsOf, lastDecisionOf } from '../journal/journal-call.js';
import { type Journal } from '../journal/journal.js';
import { type CrmCopies } from '../portals/crm-copies.js';
import { settingsDocument } from '../publishing/settings-document.js';
import { type DescribedCall, factsOfDescribed } from './described-call.js';
import { type Difference, differences, foresee, type Foreseen } from './foresee.js';

/** One call, and what becomes of it by the saved settings and by the ones that were asked about. */
export interface Rehearsal {
  /** Of a real call; null: it was described. */
  readonly callId: string | null;
  readonly facts: CallFacts;
  readonly clientKnown: boolean;
  readonly now: Foreseen;
  readonly then: Foreseen;
  readonly differences: readonly Difference[];
}

export interface DryRunResult {
  readonly rehearsals: readonly Rehearsal[];
  /** Whether the saved integration is switched on: if not, nothing happens now whatever its rules say. */
  readonly isActive: boolean;
  /** What is wrong with the draft, or still missing in it. */
  readonly problems: readonly FieldProblem[];
  /** The writer's last copy of the portal that the settings asked about name, for names. */
  readonly portal: Portal | undefined;
}

/** "What would happen if": the same rules as the engine's, over calls that are described or were real. Writes nothing. */
export class DryRun {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly journal: Journal,
    private readonly copies: CrmCopies,
  ) {}

  /** @param draft settings that were not saved; absent: the saved ones */
  async describe(accountId: string, call: DescribedCall, draft: IntegrationDto | undefined): Promise<DryRunResult> {
    const saved = await this.savedSettings(accountId);
    const facts = factsOfDescribed(call, accountId, saved.employees, new Date().toISOString());
    return this.rehearse(saved, draft, [{ callId: null, facts, clientKnown: call.clientKnown }]);
  }

  /** @param count of the newest calls of the journal that have ended */
  async replay(accountId: string, count: number, draft: IntegrationDto | undefined): Promise<DryRunResult> {
    const saved = await this.savedSettings(accountId);
    const calls = await this.journal.lastCalls(accountId, count);
    const ended = calls.flatMap((call) => {
      const facts = factsOf(call);
      if (facts === null) return [];
      const clientKnown = lastDecisionOf(call)?.clientKnown ?? false;
      return [{ callId: call.callId, facts, clientKnown }];
    });
    return this.rehearse(saved, draft, ended);
  }

  private async rehearse(
    saved: Settings,
    draft: IntegrationDto | undefined,
    calls: readonly Pick<Rehearsal, 'callId' | 'facts' | 'clientKnown'>[],
  ): Promise<DryRunResult> {
    const completed = draft === undefined ? undefined : complete(draft);
    const asked: IntegrationSettings = completed?.settings ?? saved.integration;
    const problems = [
      ...(completed?.problems ?? []),
      ...(completed === undefined ? [] : forbiddenCombinations(asked)),
      ...missingFields(asked),
    ];
    const rehearsals = calls.map((call): Rehearsal => {
      const now = foresee(call.facts, saved, call.clientKnown);
      const then = foresee(call.facts, { ...saved, integration: asked }, call.clientKnown);
      return { ...call, now, then, differences: differences(now, then) };
    });
    const portal = asked.portalId === null ? undefined : await this.copies.of(asked.portalId);
    const isOwn = portal === undefined || portal.accountId === saved.accountId;
    return { rehearsals, isActive: saved.integration.active, problems, portal: isOwn ? portal : undefined };
  }

  private async savedSettings(accountId: string): Promise<Settings> {
    const { name, version, updatedAt } = await this.accounts.get(accountId);
    return settingsDocument(this.dataSource, { accountId, name, version, updatedAt });
  }
}
