import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls serious or critical on what stands on the screen now, in words; empty: nothing is in anybody's way. */
export async function obstacles(page: Page): Promise<string[]> {
  await atRest(page);
  // By the debugger: the page's own policy refuses foreign scripts.
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any.map(({ message }) => message).join('; ')}`),
    );
}

/** Shows the page in a colour scheme, as the system would ask for it. */
export async function inColours(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(
    (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
    colorScheme,
  );
  await atRest(page);
}

/** Whether it has to be scrolled sideways. */
export async function isTooWide(page: Page): Promise<boolean> {
  await atRest(page);
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

/** Resolves when nothing is on its way: half-way contrast is nobody's, nor half-way width. What turns for ever does not count. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
