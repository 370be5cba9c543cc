import { useEffect } from 'react';
import type { AroundNavHandler } from 'wouter';

/** What would be lost, each with its question: a room may have several forms. */
const unsaved = new Set<{ readonly ask: string }>();
/** Where it would be lost; an URL. */
let here = '';

const mayLeave = (): boolean => {
  const [first] = unsaved;
  return first === undefined || window.confirm(first.ask);
};

/** Around every navigation of the page's own links. */
export const asksBeforeLeaving: AroundNavHandler = (navigate, to, options) => {
  if (to === window.location.pathname || mayLeave()) navigate(to, options);
};

/** Unsaved changes are not lost by a slip: neither by the page's own links, nor by "back", nor by closing the tab. */
export function useLeaveGuard(isChanged: boolean, ask: string): void {
  useEffect(() => {
    if (!isChanged) return;
    const mine = { ask };
    here = window.location.href;
    unsaved.add(mine);
    return () => void unsaved.delete(mine);
  }, [isChanged, ask]);
}

window.addEventListener('beforeunload', (event) => {
  if (unsaved.size > 0) event.preventDefault();
});

/**
 * The browser has gone back already when it says so: who stays goes where he was. The router must not hear of it: a window
 * tells its listeners in the order in which they came, so this one is there before the page is drawn.
 */
window.addEventListener('popstate', (event) => {
  if (window.location.pathname === pathOf(here) || mayLeave()) return;
  event.stopImmediatePropagation();
  window.history.pushState(null, '', here);
});

const pathOf = (url: string): string => (url === '' ? '' : new URL(url).pathname);
