import { describe, expect, it } from '@jest/globals';
import { ApiProblem } from '../../api/http';
import { draftProblems } from './draft-problems';

const refused = (...paths: string[]): ApiProblem =>
  new ApiProblem(
    422,
    'invalid',
    'Запрос не принят.',
    paths.map((path) => ({ path, code: 'x', message: 'Так нельзя.' })),
  );

describe('a draft that cannot be tried out', () => {
  it('is told by how many problems it has and in which blocks, each block once and with its first place', () => {
    const error = refused(
      'settings.incoming.missedTask.dueInMinutes',
      'settings.incoming.filteredNumbers.3',
      'settings.outgoing.missedTask.dueInMinutes',
      'settings.portalId',
      'settings.active',
    );
    expect(draftProblems(error)).toEqual({
      count: 5,
      blocks: [
        { block: 'incoming', path: 'incoming.missedTask.dueInMinutes' },
        { block: 'outgoing', path: 'outgoing.missedTask.dueInMinutes' },
        { block: 'credentials', path: 'portalId' },
        { block: 'other', path: 'active' },
      ],
    });
  });

  it.each([
    ['the call itself was refused', refused('call.phone')],
    ['the call was refused too', refused('settings.active', 'call.phone')],
    ['nothing was named', refused()],
    ['the service was not reached', new Error('unreachable')],
    ['nothing failed', null],
  ])('is not what is said where %s', (_, error) => {
    expect(draftProblems(error)).toBeNull();
  });
});
