import { describe, expect, it } from '@jest/globals';
import { type PbxEmployee } from '@perezvon/contracts';
import { suggest } from './suggestions.js';

const employee = (more: Partial<PbxEmployee>): PbxEmployee => ({ employeeId: 'e', phones: [], ...more });
const user = (id: number, name: string, more: { email?: string; phone?: string; isActive?: boolean } = {}) => ({
  id,
  name,
  isActive: true,
  ...more,
});
const suggested = (who: PbxEmployee, ...users: ReturnType<typeof user>[]): unknown =>
  suggest([who], [], users).map(({ crmUserId, by }) => [crmUserId, by]);

describe('a suggestion for an employee (R14)', () => {
  const anna = { name: 'Анна Петрова', email: 'anna@example.org', phones: ['+79161234567'] };

  it('goes by e-mail before phone before name', () => {
    const byName = user(1, ' анна  ПЕТРОВА');
    const byPhone = user(2, 'А. П.', { phone: '+79161234567' });
    const byEmail = user(3, 'A', { email: 'Anna@Example.org' });
    expect(suggested(employee(anna), byName, byPhone, byEmail)).toEqual([[3, 'email']]);
    expect(suggested(employee(anna), byName, byPhone)).toEqual([[2, 'phone']]);
    expect(suggested(employee(anna), byName)).toEqual([[1, 'name']]);
  });

  it('is not made between namesakes, for a deactivated user, or for who has no name', () => {
    expect(suggested(employee(anna), user(1, 'Анна Петрова'), user(2, 'Анна Петрова'))).toEqual([]);
    expect(suggested(employee(anna), user(1, 'Анна Петрова', { isActive: false }))).toEqual([]);
    expect(suggested(employee({ name: ' ' }), user(1, ' '))).toEqual([]);
  });

  it('is not made for who is mapped already', () => {
    const mapping = [{ employeeId: 'e', crmUserId: 1 }];
    expect(suggest([employee(anna)], mapping, [user(1, 'Анна Петрова')])).toEqual([]);
  });
});
