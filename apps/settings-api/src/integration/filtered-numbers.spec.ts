import { describe, expect, it } from '@jest/globals';
import { readFilteredNumbers } from './filtered-numbers.js';

const numbersOf = (...given: string[]): readonly string[] => readFilteredNumbers(given, 'filteredNumbers').numbers;

describe('filtered numbers (R8)', () => {
  it.each([
    ['8 (916) 123-45-67', '+79161234567'],
    ['+7 916 123 45 67', '+79161234567'],
    ['9161234567', '+79161234567'],
    ['+49 30 901820', '+4930901820'],
    ['102', '102'],
    ['7495*', '+7495*'],
    ['8495*', '+7495*'],
    ['+7 (495) 12*', '+749512*'],
    ['+8495*', '+8495*'],
  ])('takes %s for %s', (line, number) => {
    expect(numbersOf(line)).toEqual([number]);
  });

  it('reads a pasted column, CSV and quotes', () => {
    expect(numbersOf('"89161234567";9161234568\r\n7495*\n\n102,103\t104')).toEqual([
      '+79161234567',
      '+79161234568',
      '+7495*',
      '102',
      '103',
      '104',
    ]);
  });

  it('merges repeats across spellings and names them', () => {
    const read = readFilteredNumbers(['+79161234567', '8 916 123-45-67', '8495*', '7495*'], 'x');
    expect(read.numbers).toEqual(['+79161234567', '+7495*']);
    expect(read.repeated).toEqual([
      { line: '8 916 123-45-67', number: '+79161234567' },
      { line: '7495*', number: '+7495*' },
    ]);
    expect(read.problems).toEqual([]);
  });

  it.each([
    ['749*', 'bad_mask'],
    ['*', 'not_a_number'],
    ['7*495', 'bad_mask'],
    ['7495**', 'bad_mask'],
    ['hello', 'not_a_number'],
    ['anonymous', 'not_a_number'],
    ['1234567', 'not_a_number'],
  ])('names %s as a bad line', (line, code) => {
    const { problems, wrong } = readFilteredNumbers(['102', line], 'incoming.filteredNumbers');
    expect(wrong).toMatchObject([{ line, code }]);
    expect(problems).toMatchObject([{ path: 'incoming.filteredNumbers', code }]);
    expect(problems[0]?.message.ru).toContain(line);
    expect(problems[0]?.message.en).toContain(line);
  });

  it('takes 10 000 numbers and no more', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => `+7916${String(index).padStart(7, '0')}`);
    expect(readFilteredNumbers(many.slice(1), 'x').problems).toEqual([]);
    expect(readFilteredNumbers(many, 'x').problems).toMatchObject([{ code: 'too_many' }]);
  });
});
