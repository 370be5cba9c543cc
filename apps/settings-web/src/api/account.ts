import { createContext, useContext } from 'react';

/** The company whose settings are on the page. */
export const AccountContext = createContext<string | null>(null);

export function useAccountPath(): string {
  const accountId = useContext(AccountContext);
  if (accountId === null) throw new Error('this part of the page needs a chosen account around it');
  return `/accounts/${encodeURIComponent(accountId)}`;
}
