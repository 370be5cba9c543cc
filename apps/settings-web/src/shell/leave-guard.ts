import { useEffect } from 'react';
import type { AroundNavHandler } from 'wouter';

/** What would be lost, each with its question: a room may have several forms. */
const unsaved = new Set<{ readonly ask: string }>();
/** Where it would be lost. */
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
    if (unsaved.size === 0) listen();
    unsaved.add(mine);
    return () => {
      unsaved.delete(mine);
      if (unsaved.size === 0) stopListening();
    };
  }, [isChanged, ask]);
}

function listen(): void {
  here = window.location.href;
  window.addEventListener('beforeunload', holdTab);
  // Before the router hears of it.
  window.addEventListener('popstate', holdBack, { capture: true });
}

function stopListening(): void {
  window.removeEventListener('beforeunload', holdTab);
  window.removeEventListener('popstate', holdBack, { capture: true });
}

const holdTab = (event: BeforeUnloadEvent): void => event.preventDefault();

/** The browser has gone back already when it says so: who stays goes where he was. */
function holdBack(event: PopStateEvent): void {
  if (window.location.pathname === new URL(here).pathname || mayLeave()) return;
  event.stopImmediatePropagation();
  window.history.pushState(null, '', here);
}
