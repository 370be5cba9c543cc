import { describe, expect, it } from '@jest/globals';
import { IllegalMove, move, moveCancelled, type EffectState, type Happening } from './effect-state.js';

const D = 60_000;
const sent = { epoch: 7, sentAt: 1_000 };
const waiting: EffectState = { is: 'waiting', notBefore: 0, reason: null };
const sending: EffectState = { is: 'sending', ...sent };
const inDoubt: EffectState = {
  is: 'in_doubt',
  ...sent,
  settledFrom: 2_000 + D,
  lookAt: 3_000,
  looks: 0,
  reason: 'total_timeout',
};
const done: EffectState = { is: 'done', reason: null };
const parked: EffectState = { is: 'parked', reason: 'validation_failed', doubt: null };

const given = (state: EffectState) => ({
  when: (...happenings: Happening[]) => ({
    then: (expected: EffectState) => {
      const after = happenings.reduce((now, happening) => move(now, happening, { visibilityDelayMs: D }), state);
      expect(after).toEqual(expected);
    },
    thenRefused: () => {
      expect(() =>
        happenings.reduce((now, happening) => move(now, happening, { visibilityDelayMs: D }), state),
      ).toThrow(IllegalMove);
    },
  }),
});

const missing: Happening = { what: 'answer_missing', sentUnder: 7, at: 2_000, reason: 'total_timeout' };
const notFound = (lookBegunAt: number): Happening => ({ what: 'not_found', lookBegunAt });

describe('an effect that waits', () => {
  it('is sending once its intent is committed', () => {
    given(waiting).when({ what: 'intent_committed', at: 1_000, epoch: 7 }).then(sending);
  });

  it('is done without a write when what it wants is there', () => {
    given(waiting).when({ what: 'already_there' }).then(done);
  });

  it('is skipped when a rule no longer wants it', () => {
    given(waiting).when({ what: 'not_wanted', reason: 'no_card' }).then({ is: 'skipped', reason: 'no_card' });
  });

  it('cannot be written without an intent', () => {
    given(waiting).when({ what: 'written', at: 1, newerWanted: false }).thenRefused();
  });

  it('is parked when nothing can be sent for it any more', () => {
    given(waiting)
      .when({ what: 'given_up', reason: 'portal_deleted' })
      .then({ is: 'parked', reason: 'portal_deleted', doubt: null });
  });
});

describe('an effect whose request is on its way', () => {
  it('is done by a definite yes', () => {
    given(sending).when({ what: 'written', at: 2_000, newerWanted: false }).then(done);
  });

  it('is parked by a definite no', () => {
    given(sending).when({ what: 'refused', sentUnder: 7, reason: 'validation_failed' }).then(parked);
  });

  it('may be sent again, without a look, only after an answer that says it was not applied', () => {
    given(sending)
      .when({ what: 'not_applied', sentUnder: 7, notBefore: 9_000, reason: 'rate_limited' })
      .then({ is: 'waiting', notBefore: 9_000, reason: 'rate_limited' });
  });

  it('is in doubt when no answer came: D counts from the moment nothing could leave us any more', () => {
    given(sending).when(missing).then(inDoubt);
  });

  it('is in doubt when its sender lost the lane: D counts from the end of the lease, until which it may have sent', () => {
    given(sending)
      .when({ what: 'sender_lost', at: 20_000, leaseEnd: 16_000 })
      .then({
        is: 'in_doubt',
        ...sent,
        settledFrom: 16_000 + D,
        lookAt: 21_000,
        looks: 0,
        reason: 'sender_lost',
      });
  });

  it('is never simply waiting again', () => {
    given(sending).when({ what: 'retried', at: 1 }).thenRefused();
    given(sending).when({ what: 'intent_committed', at: 1, epoch: 8 }).thenRefused();
  });

  it('is not sent twice because a zombie says that its own, older request never left', () => {
    const ofAnother = { sentUnder: 6, reason: 'send_refused' };
    given(sending)
      .when({ what: 'not_applied', notBefore: 1, ...ofAnother })
      .thenRefused();
    given(sending)
      .when({ what: 'refused', ...ofAnother })
      .thenRefused();
    given(sending)
      .when({ what: 'answer_missing', at: 1, ...ofAnother })
      .thenRefused();
  });

  it('is not put off by a holder that had sent nothing yet and lost the lane meanwhile', () => {
    given(sending).when({ what: 'not_applied', sentUnder: null, notBefore: 1, reason: 'rate_limited' }).thenRefused();
  });

  it('is parked by no rule before its outcome is known', () => {
    given(sending).when({ what: 'given_up', reason: 'portal_deleted' }).thenRefused();
  });
});

describe('an effect in doubt', () => {
  it('is done when a look finds it', () => {
    given(inDoubt).when({ what: 'found', at: 3_000, several: false, newerWanted: false }).then(done);
  });

  it('is done with the reason noted when several carry its marker: nothing more is to be written', () => {
    given(inDoubt)
      .when({ what: 'found', at: 3_000, several: true, newerWanted: false })
      .then({ is: 'done', reason: 'several_found' });
  });

  it('is done when the answer comes after all', () => {
    given(inDoubt).when({ what: 'written', at: 3_000, newerWanted: false }).then(done);
  });

  it('stays in doubt when a look begun before D finds nothing', () => {
    given(inDoubt)
      .when(notFound(2_000 + D - 1))
      .then({ ...inDoubt, looks: 1, lookAt: 2_000 + D });
  });

  it('may be sent again only when a look begun at D or later found nothing', () => {
    given(inDoubt)
      .when(notFound(2_000 + D))
      .then({ is: 'waiting', notBefore: 2_000 + D, reason: 'was_not_applied' });
  });

  it('is looked at ever later, the last time exactly when the answer counts', () => {
    const looks: number[] = [];
    let state: EffectState = inDoubt;
    while (state.is === 'in_doubt') {
      looks.push(state.lookAt - 2_000);
      state = move(state, notFound(state.lookAt), { visibilityDelayMs: D });
    }
    expect(looks).toEqual([1_000, 5_000, 21_000, 60_000]);
  });

  it('is not nearer to a second write by a look that failed', () => {
    given(inDoubt)
      .when({ what: 'look_failed', lookAt: 99_000 }, { what: 'look_failed', lookAt: 199_000 })
      .then({ ...inDoubt, lookAt: 199_000 });
  });

  it('keeps its doubt when it is parked, and begins with a look when a person retries it', () => {
    given(inDoubt)
      .when({ what: 'given_up', reason: 'portal_deleted' }, { what: 'retried', at: 90_000 })
      .then({
        is: 'in_doubt',
        ...sent,
        settledFrom: 2_000 + D,
        lookAt: 90_000,
        looks: 0,
        reason: 'portal_deleted',
      });
  });

  it('cannot be sent', () => {
    given(inDoubt).when({ what: 'intent_committed', at: 4_000, epoch: 8 }).thenRefused();
    given(inDoubt).when({ what: 'not_applied', sentUnder: 7, notBefore: 1, reason: 'rate_limited' }).thenRefused();
  });
});

describe('a desired state with revisions', () => {
  it('is to be written again when a newer one is stored after it was done', () => {
    given(done).when({ what: 'revised', at: 5_000 }).then({ is: 'waiting', notBefore: 5_000, reason: null });
  });

  it('waits again when a newer one was stored while the older was on its way', () => {
    given(sending)
      .when({ what: 'revised', at: 1_500 }, { what: 'written', at: 2_000, newerWanted: true })
      .then({ is: 'waiting', notBefore: 2_000, reason: null });
  });

  it('does not leave a doubt unresolved for a newer one', () => {
    given(inDoubt).when({ what: 'revised', at: 4_000 }).then(inDoubt);
  });

  it('has another chance after a refusal', () => {
    given(parked).when({ what: 'revised', at: 5_000 }).then({ is: 'waiting', notBefore: 5_000, reason: null });
  });
});

describe('an effect that a person discarded', () => {
  it('stays so whatever arrives later', () => {
    const discarded: EffectState = { is: 'discarded', reason: 'not needed' };
    given(parked).when({ what: 'discarded', reason: 'not needed' }, { what: 'revised', at: 1 }).then(discarded);
  });
});

describe('an effect of a call that turned out to be another one (R15)', () => {
  const cancelled: Happening = { what: 'cancelled' };
  const then = (state: EffectState, happening: Happening) => moveCancelled(state, happening, { visibilityDelayMs: D });

  it('is discarded while it was not sent, also when it is parked', () => {
    given(waiting).when(cancelled).then({ is: 'discarded', reason: 'joined_older_call' });
    given(parked).when(cancelled).then({ is: 'discarded', reason: 'joined_older_call' });
  });

  it('stays when it stands, and is told as doubled', () => {
    given(done).when(cancelled).then({ is: 'done', reason: 'doubled' });
  });

  it('on its way is doubled if it is applied, and discarded if it is not', () => {
    given(sending).when(cancelled).then(sending);
    given(inDoubt).when(cancelled).then(inDoubt);
    expect(then(sending, { what: 'written', at: 2_000, newerWanted: false })).toEqual({
      is: 'done',
      reason: 'doubled',
    });
    expect(then(inDoubt, notFound(2_000 + D))).toEqual({ is: 'discarded', reason: 'joined_older_call' });
    expect(then(inDoubt, notFound(2_000))).toMatchObject({ is: 'in_doubt' });
  });

  it('is not updated any more', () => {
    expect(then({ is: 'done', reason: 'doubled' }, { what: 'revised', at: 1 })).toEqual({
      is: 'done',
      reason: 'doubled',
    });
  });
});

describe('an effect that is done', () => {
  it('is not sent, retried or parked again', () => {
    const happenings: Happening[] = [
      { what: 'intent_committed', at: 1, epoch: 1 },
      { what: 'retried', at: 1 },
      { what: 'given_up', reason: 'expired' },
      notFound(1),
    ];
    for (const happening of happenings) given(done).when(happening).thenRefused();
  });
});
