import { describe, expect, it } from '@jest/globals';
import { atItsField } from './http';

describe('a problem at its field', () => {
  it('says what is wrong, and not the name that its label says', () => {
    expect(atItsField({ field: 'Пароль', message: 'Пароль: Не короче 10 символов.' })).toBe('Не короче 10 символов.');
  });

  it('lost its beginning where it had a colon and no name', () => {
    const message = 'Такого значения нет. Есть: viewer, operator.';
    expect(atItsField({ message })).toBe(message);
  });

  it('lost half of a name that has a colon itself', () => {
    const field = '«CRM: отдел»';
    expect(atItsField({ field, message: `${field}: Такого поля нет.` })).toBe('Такого поля нет.');
  });
});
