import { Button, Group, Text } from '@mantine/core';
import { useAuthorization } from '../../api/portals';
import { useTranslation } from '../../i18n/use-translation';
import { Failure } from '../../shell/failure';

/** Leads to amoCRM's consent page, from which the portal comes back with a token. */
export function ConnectButton({ portalId }: { readonly portalId: string }) {
  const { t } = useTranslation();
  const authorization = useAuthorization();
  return (
    <>
      {authorization.error && <Failure error={authorization.error} />}
      <Group gap="sm">
        <Button variant="default" loading={authorization.isPending} onClick={() => authorization.mutate(portalId)}>
          {t('credentials.connect')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('credentials.connectHint')}
        </Text>
      </Group>
    </>
  );
}
