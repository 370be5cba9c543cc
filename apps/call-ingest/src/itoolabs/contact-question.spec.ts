import { describe, expect, it } from '@jest/globals';
import { contactAnswer } from './contact-question.js';

const employee = { login: 'petrova', ext: '102', phone: '79035550101' };
const contact = { name: 'ООО Ромашка, Иван' };

describe('contactAnswer', () => {
  it('names the caller and connects to the login', () => {
    expect(contactAnswer({ decision: 'connect', employee, contact }, 'branch')).toEqual({
      contact_name: 'ООО Ромашка, Иван',
      responsible: 'petrova',
    });
  });

  it('connects by the internal or the direct number where there is no login', () => {
    const { ext, phone } = employee;
    expect(contactAnswer({ decision: 'connect', employee: { ext, phone } }, 'branch')).toEqual({ responsible: ext });
    expect(contactAnswer({ decision: 'connect', employee: { phone } }, 'branch')).toEqual({ responsible: phone });
  });

  it('leaves a fallback to the PBX’s own plan, or to the default employee where the source says so', () => {
    const fallback = { decision: 'fallback', default_employee: employee, contact } as const;
    expect(contactAnswer(fallback, 'branch')).toEqual({ contact_name: 'ООО Ромашка, Иван' });
    expect(contactAnswer(fallback, 'default_employee')).toMatchObject({ responsible: 'petrova' });
  });

  it('says nothing when there is no answer in time', () => {
    expect(contactAnswer(null, 'default_employee')).toEqual({});
  });
});
