import { useEffect } from 'react';
import type { AroundNavHandler } from 'wouter';

/** What is to be asked before the page is left; null = nothing would be lost. One room is open at a time. */
let question: string | null = null;

/** Around every navigation of the page's own links. */
export const asksBeforeLeaving: AroundNavHandler = (navigate, to, options) => {
  if (question === null || to === window.location.pathname || window.confirm(question)) navigate(to, options);
};

/** Unsaved changes are not lost by a slip: neither by the page's own links nor by closing the tab. */
export function useLeaveGuard(isChanged: boolean, ask: string): void {
  useEffect(() => {
    if (!isChanged) return;
    question = ask;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', hold);
    return () => {
      question = null;
      window.removeEventListener('beforeunload', hold);
    };
  }, [isChanged, ask]);
}
