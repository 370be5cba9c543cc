import { AppShell, Burger, Button, Group, NavLink, ScrollArea, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustments,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconLogout,
  IconPhoneCall,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';
import { lazy, Suspense, useEffect, useLayoutEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useLogout, type Session } from '../api/session';
import { ColourSwitch } from './colour-switch';
import { LanguageSwitch } from './language-switch';

const PasswordDialog = lazy(() => import('./password-dialog'));

const rooms = [
  { path: '/', label: 'shell.overview', Icon: IconLayoutDashboard, admins: false },
  { path: '/settings', label: 'shell.settings', Icon: IconAdjustments, admins: false },
  { path: '/journal', label: 'shell.journal', Icon: IconListDetails, admins: false },
  { path: '/queue', label: 'shell.queue', Icon: IconStack2, admins: false },
  { path: '/sources', label: 'shell.sources', Icon: IconPhoneCall, admins: false },
  { path: '/history', label: 'shell.history', Icon: IconHistory, admins: false },
  { path: '/people', label: 'shell.people', Icon: IconUsers, admins: true },
] as const;

/** Also in a part of the room, such as one call of the journal. */
const isAt = (room: string, pathname: string): boolean =>
  pathname === room || (room !== '/' && pathname.startsWith(`${room}/`));

interface ShellProps {
  readonly session: Session;
  readonly children: ReactNode;
}

/** The frame around every room: where one is, who one is, and the way out. */
export function Shell({ session, children }: ShellProps) {
  const { t } = useTranslation();
  const [pathname] = useLocation();
  const logout = useLogout();
  const [isOpen, menu] = useDisclosure();
  const [isChangingPassword, setChangingPassword] = useState(false);
  // A room is entered at its top. Before its own effects: it may lead on to a part of itself.
  useLayoutEffect(() => {
    window.scrollTo(0, 0);
  }, [pathname]);
  const room = rooms.find(({ path }) => isAt(path, pathname));
  // For tabs, the browser's history and screen readers: which room it is.
  useEffect(() => {
    document.title = room ? `${t(room.label)} · ${t('product')}` : t('product');
  }, [room, t]);
  const isAdmin = session.role === 'account_admin' || session.role === 'platform_admin';
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 260, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <AppShell.Header>
        <a className="skip-link" href="#content">
          {t('shell.skip')}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} />
            <img src="/favicon.svg" alt="" width={28} height={28} />
            <Title order={1} size="h4">
              {t('product')}
            </Title>
            <Text c="dimmed" size="sm" truncate visibleFrom="sm">
              {session.accountName}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LanguageSwitch />
            <ColourSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <ScrollArea style={{ flex: 1 }}>
          {rooms
            .filter((room) => isAdmin || !room.admins)
            .map(({ path, label, Icon }) => (
              <NavLink
                key={path}
                component={Link}
                href={path}
                label={t(label)}
                leftSection={<Icon size={18} />}
                active={isAt(path, pathname)}
                aria-current={pathname === path ? 'page' : undefined}
                onClick={menu.close}
              />
            ))}
        </ScrollArea>
        <Text size="xs" c="dimmed" px="sm" truncate>
          {session.name}
        </Text>
        <Button
          variant="subtle"
          color="gray"
          fw="normal"
          justify="flex-start"
          leftSection={<IconKey size={18} />}
          onClick={() => setChangingPassword(true)}
        >
          {t('shell.password')}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          fw="normal"
          justify="flex-start"
          leftSection={<IconLogout size={18} />}
          loading={logout.isPending}
          onClick={() => logout.mutate()}
        >
          {t('shell.logout')}
        </Button>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
      <Suspense>{isChangingPassword && <PasswordDialog onClose={() => setChangingPassword(false)} />}</Suspense>
    </AppShell>
  );
}
