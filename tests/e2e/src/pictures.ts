import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** With `SCREENS=docs/screens` the pictures of the operator's guide are taken anew. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const dir = process.env['SCREENS'];
  if (dir === undefined) return;
  const place = new URL(`${dir}/`, new URL('../../../', import.meta.url));
  mkdirSync(place, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, place).pathname, fullPage: name.endsWith('phone') });
}
