import { describe, expect, it } from '@jest/globals';
import { leavesOf } from '../testing/leaves-of-schema.js';
import { settingsSchema } from '@perezvon/contracts';
import { z } from 'zod';
import { differenceInWords } from './difference-words.js';

/** Ids and what the difference leaves out itself: no words of a person. */
const nobodysWords = /(^|\.)(accountId|version|updatedAt|secretHash|sealedToken|portalId|employeeId|sourceId)$/;

describe('the words of a difference', () => {
  it.each(['ru', 'en'] as const)(
    'name every setting that there is in %s, none by its name in the document',
    (language) => {
      const leaves = leavesOf(z.toJSONSchema(settingsSchema)).filter((path) => !nobodysWords.test(path));
      expect(leaves).toContain('integration.incoming.cells.answeredUnknown.action');
      for (const path of leaves) {
        const words = differenceInWords({ path, before: null, after: null }, language);
        const raw = path.split('.').filter((step) => words.split(/ · |: /).includes(step));
        expect({ path, raw }).toEqual({ path, raw: [] });
      }
    },
  );
});
