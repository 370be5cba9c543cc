import type { mapping as words } from '../ru/mapping';

export const mapping: typeof words = {
  mapping: {
    lead: 'Which PBX employee is which amoCRM user. Without it, tasks and forwarding go to the default responsible.',
    employee: 'PBX employee',
    user: 'amoCRM user',
    nobody: 'Not mapped',
    none: 'No employees yet. They appear after the first calls, or add them yourself.',
    discovered: 'The PBX named in its calls: {{names}}',
    addDiscovered: 'Add to the list',
    addEmployee: 'Add an employee',
    ext: 'Extension',
    login: 'PBX login',
    phone: 'Phone',
    email: 'E-mail',
    employeeName: 'Name',
    suggested: 'suggested by {{by}}',
    suggestedBy: { email: 'e-mail', phone: 'phone', name: 'name' },
    acceptAll: 'Accept suggestions ({{count}})',
    accept: 'Accept',
    save: 'Save the mapping',
    unmapped_one: '{{count}} employee is not mapped',
    unmapped_few: '{{count}} employees are not mapped',
    unmapped_many: '{{count}} employees are not mapped',
    unmapped_other: '{{count}} employees are not mapped',
    allMapped: 'All employees are mapped',
  },
};
