import { Center, MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Route, Router, Switch } from 'wouter';
import { AccountContext } from './api/account';
import { ApiProblem } from './api/http';
import { noticeEndOfSession, useIsSessionOver, useSession } from './api/session';
import { AccountChoice } from './shell/account-choice';
import { Failure } from './shell/failure';
import { asksBeforeLeaving } from './shell/leave-guard';
import { Shell } from './shell/shell';
import { Waiting } from './shell/waiting';
import { colours, theme } from './theme';

const onError = (error: Error): void => noticeEndOfSession(client, error);
const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // What the service refuses is refused the second time too; what could not be reached may be reached.
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && error.status === 0,
      staleTime: 10_000,
    },
  },
});

// Each room is loaded when it is entered.
const LoginPage = lazy(() => import('./login/login-page'));
const SessionOver = lazy(() => import('./login/session-over'));
const AccessPage = lazy(() => import('./access/access-page'));
const CallPage = lazy(() => import('./journal/call-page'));
const HistoryPage = lazy(() => import('./history/history-page'));
const JournalPage = lazy(() => import('./journal/journal-page'));
const NoSuchPage = lazy(() => import('./shell/no-such-page'));
const OverviewPage = lazy(() => import('./overview/overview-page'));
const QueuePage = lazy(() => import('./queue/queue-page'));
const SourcesPage = lazy(() => import('./sources/sources-page'));
const SettingsPage = lazy(() => import('./settings/settings-page'));

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={colours} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Router aroundNav={asksBeforeLeaving}>
          <Suspense fallback={<RoomWaiting />}>
            <Rooms />
          </Suspense>
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Nobody → the login; somebody → the rooms of his account. */
function Rooms() {
  const session = useSession();
  const isOver = useIsSessionOver();
  if (session.error) {
    return (
      <Center p="xl">
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  if (session.data === undefined) return <RoomWaiting />;
  if (session.data === null) return <LoginPage />;
  const rooms = (
    <Shell session={session.data}>
      <Suspense fallback={<RoomWaiting />}>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/queue" component={QueuePage} />
          <Route path="/settings" component={SettingsPage} />
          <Route path="/sources" component={SourcesPage} />
          <Route path="/history" component={HistoryPage} />
          <Route path="/people" component={AccessPage} />
          <Route path="/journal" component={JournalPage} />
          <Route path="/journal/:callId" component={CallPage} />
          <Route component={NoSuchPage} />
        </Switch>
      </Suspense>
      <Suspense>{isOver && <SessionOver />}</Suspense>
    </Shell>
  );
  const { accountId } = session.data;
  if (accountId === null) return <AccountChoice>{rooms}</AccountChoice>;
  return (
    <AccountContext key={accountId} value={accountId}>
      {rooms}
    </AccountContext>
  );
}

function RoomWaiting() {
  return (
    <Center mih="60vh">
      <Waiting />
    </Center>
  );
}
