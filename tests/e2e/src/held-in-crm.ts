import type { StackUnderTest } from './stack-under-test.js';

/** What one client's calls made in amoCRM, with the names that a person sees there. Ids appear nowhere. */
export interface Held {
  readonly contacts: readonly {
    readonly responsible: string;
    readonly tags: readonly string[];
    /** Seconds from the call's start to the time that the card bears. */
    readonly afterSec: number;
  }[];
  readonly deals: readonly {
    readonly pipeline: string;
    readonly stage: string;
    readonly responsible: string;
    readonly tags: readonly string[];
  }[];
  readonly unsorted: readonly {
    /** amoCRM has a form of its own for incoming calls only (rules.md R2). */
    readonly category: 'sip' | 'forms';
    readonly pipeline: string;
    readonly name: string;
    readonly tags: readonly string[];
    readonly recordUrl: string | null;
  }[];
  /** On what each call note stands. */
  readonly notes: readonly ('contacts' | 'leads' | 'companies')[];
  readonly tasks: readonly {
    readonly text: string;
    readonly responsible: string;
    readonly type: string;
    /** Minutes from the call's end to the task's term. */
    readonly dueInMinutes: number;
  }[];
}

export const nothing: Held = { contacts: [], deals: [], unsorted: [], notes: [], tasks: [] };

interface Card {
  readonly id: number;
  readonly name: string;
  readonly responsible_user_id: number;
  readonly created_at: number;
  readonly unsorted_uid: string | null;
  readonly tags: readonly string[];
}

interface Named {
  readonly id: number;
  readonly name: string;
}

/** `GET /_emulator/state`, as far as it is looked at. */
interface CrmState {
  readonly users: readonly Named[];
  readonly taskTypes: readonly Named[];
  readonly pipelines: readonly (Named & { readonly statuses: readonly Named[] })[];
  readonly contacts: readonly (Card & {
    readonly custom_fields_values: readonly {
      readonly field_code: string | null;
      readonly values: readonly { readonly value: unknown }[];
    }[];
  })[];
  readonly leads: readonly (Card & {
    readonly pipeline_id: number;
    readonly status_id: number;
    readonly contacts: readonly { readonly id: number }[];
  })[];
  readonly unsorted: readonly {
    readonly category: 'sip' | 'forms';
    readonly pipeline_id: number;
    readonly lead_id: number;
    readonly contact_id: number | null;
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
  readonly notes: readonly {
    readonly id: number;
    readonly entity_type: Held['notes'][number];
    readonly entity_id: number;
  }[];
  readonly tasks: readonly {
    readonly id: number;
    readonly text: string;
    readonly complete_till: number;
    readonly task_type_id: number;
    readonly responsible_user_id: number;
  }[];
}

/** The emulator's store at one moment. */
export class HeldInCrm {
  private constructor(private readonly state: CrmState) {}

  static async now(stack: StackUnderTest): Promise<HeldInCrm> {
    return new HeldInCrm((await stack.emulator('GET', 'state')) as CrmState);
  }

  /**
   * What stands there for a number and did not stand there before.
   *
   * @param phone E.164; tasks are found by their text, which carries it
   */
  of(phone: string, before: HeldInCrm, call: { readonly startedAtSec: number; readonly endedAtSec: number }): Held {
    const { contacts, leads, unsorted, notes, tasks } = this.state;
    const theirs = contacts.filter((contact) => phonesOf(contact).includes(phone));
    const contactIds = new Set(theirs.map(({ id }) => id));
    const deals = leads.filter((lead) => lead.contacts.some(({ id }) => contactIds.has(id)));
    const dealIds = new Set(deals.map(({ id }) => id));
    const isNew = (kind: 'contacts' | 'leads' | 'notes' | 'tasks', id: number): boolean =>
      !before.state[kind].some((each) => each.id === id);
    return {
      contacts: theirs
        .filter(({ id, unsorted_uid }) => unsorted_uid === null && isNew('contacts', id))
        .map((card) => ({
          responsible: nameIn(this.state.users, card.responsible_user_id),
          tags: card.tags,
          afterSec: card.created_at - call.startedAtSec,
        })),
      deals: deals
        .filter(({ id, unsorted_uid }) => unsorted_uid === null && isNew('leads', id))
        .map((deal) => ({
          ...this.place(deal.pipeline_id, deal.status_id),
          responsible: nameIn(this.state.users, deal.responsible_user_id),
          tags: deal.tags,
        })),
      unsorted: unsorted
        .filter(({ contact_id }) => contact_id !== null && contactIds.has(contact_id))
        .map((record) => this.claim(record)),
      notes: notes
        .filter(({ id }) => isNew('notes', id))
        .filter((note) => (note.entity_type === 'leads' ? dealIds : contactIds).has(note.entity_id))
        .map(({ entity_type }) => entity_type),
      tasks: tasks
        .filter(({ id, text }) => text.includes(phone) && isNew('tasks', id))
        .map((task) => ({
          text: task.text,
          responsible: nameIn(this.state.users, task.responsible_user_id),
          type: nameIn(this.state.taskTypes, task.task_type_id),
          dueInMinutes: (task.complete_till - call.endedAtSec) / 60,
        })),
    };
  }

  /** The unsorted records whose client has no number. */
  withoutNumber(): Held['unsorted'] {
    return this.state.unsorted.map((record) => this.claim(record)).filter(({ name }) => name === 'Номер скрыт');
  }

  private place(pipelineId: number, statusId: number): { readonly pipeline: string; readonly stage: string } {
    const statuses = this.state.pipelines.find(({ id }) => id === pipelineId)?.statuses ?? [];
    return { pipeline: nameIn(this.state.pipelines, pipelineId), stage: nameIn(statuses, statusId) };
  }

  private claim({ category, pipeline_id, lead_id, metadata }: CrmState['unsorted'][number]): Held['unsorted'][number] {
    const lead = this.state.leads.find(({ id }) => id === lead_id);
    const link = metadata['link'];
    return {
      category,
      pipeline: nameIn(this.state.pipelines, pipeline_id),
      name: lead?.name ?? '',
      tags: lead?.tags ?? [],
      recordUrl: typeof link === 'string' && link !== '' ? link : null,
    };
  }
}

const nameIn = (among: readonly Named[], wanted: number): string =>
  among.find(({ id }) => id === wanted)?.name ?? `№ ${String(wanted)}`;

const phonesOf = ({ custom_fields_values }: CrmState['contacts'][number]): unknown[] =>
  custom_fields_values
    .filter(({ field_code }) => field_code === 'PHONE')
    .flatMap(({ values }) => values.map(({ value }) => value));
