import { type Company, type Contact, type Lead, type Note, type Task, type Unsorted } from './model.js';

interface Stored {
  contacts: Contact;
  companies: Company;
  leads: Lead;
  notes: Note;
  tasks: Task;
  unsorted: Unsorted;
}

/** One write as the portal sees it: what events tell of and hooks are called for. */
export type Change = {
  [K in keyof Stored]: {
    readonly of: K;
    /** Absent: it is new. */
    readonly before: Stored[K] | undefined;
    readonly after: Stored[K];
  };
}[keyof Stored];
