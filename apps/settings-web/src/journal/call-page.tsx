import { Anchor, Badge, Card, Group, Stack, Text, Timeline, Title } from '@mantine/core';
import {
  IconArrowLeft,
  IconCloudUpload,
  IconHourglass,
  IconPhone,
  IconRoute,
  IconScale,
  IconSearch,
} from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { ApiProblem } from '../api/http';
import { useStory, type StoryLine } from '../api/journal';
import { dateAndTime, duration, timeOfDay } from '../i18n/dates';
import { Failure } from '../shell/failure';
import { OutcomeBadge } from './call-row';
import { Waiting } from '../shell/waiting';

const icons = {
  event: IconPhone,
  routing: IconRoute,
  decision: IconScale,
  reason: IconScale,
  lookup: IconSearch,
  operation: IconCloudUpload,
  state: IconHourglass,
} as const;

/** A call's whole account (rules.md R16): PBX events → rule → amoCRM operations. */
export default function CallPage({ params: { callId } }: { readonly params: { readonly callId: string } }) {
  const { t } = useTranslation();
  const story = useStory(callId);
  const isUnknown = story.error instanceof ApiProblem && story.error.status === 404;
  return (
    <Stack maw={900} mx="auto">
      <Anchor component={Link} href="/journal" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={16} />
          {t('journal.back')}
        </Group>
      </Anchor>
      {isUnknown && <Title order={2}>{t('journal.noSuchCall')}</Title>}
      {isUnknown && <Text>{t('journal.noSuchCallLead')}</Text>}
      {story.error && !isUnknown && <Failure error={story.error} onRetry={() => void story.refetch()} />}
      {story.isPending && <Waiting />}
      {story.data && (
        <>
          <Group gap="sm">
            <Title order={2}>{story.data.phone ?? t('foresight.hidden')}</Title>
            <OutcomeBadge outcome={story.data.outcome} />
          </Group>
          <Text c="dimmed" size="sm">
            {[
              t(`foresight.directions.${story.data.direction === 'out' ? 'out' : 'in'}`),
              dateAndTime(story.data.startedAt),
              story.data.employee,
              story.data.talkSec ? duration(story.data.talkSec) : null,
            ]
              .filter((each) => each !== null)
              .join(' · ')}
          </Text>
          {story.data.recordUrls.length > 0 && (
            <Group gap="sm">
              {story.data.recordUrls.map((url, index) => (
                <Anchor key={url} href={url} target="_blank" rel="noreferrer" size="sm">
                  {t('journal.recording', { number: index + 1 })}
                </Anchor>
              ))}
            </Group>
          )}
          <Card withBorder padding="lg">
            <Timeline bulletSize={26} lineWidth={2}>
              {story.data.lines.map((line, index) => (
                <Timeline.Item key={`${line.at} ${String(index)}`} bullet={<Bullet kind={line.kind} />}>
                  <Line line={line} />
                </Timeline.Item>
              ))}
            </Timeline>
          </Card>
        </>
      )}
    </Stack>
  );
}

function Bullet({ kind }: { readonly kind: StoryLine['kind'] }) {
  const Icon = icons[kind];
  return <Icon size={14} />;
}

function Line({ line: { at, text, ruleId, links } }: { readonly line: StoryLine }) {
  return (
    <Group gap="xs" align="baseline">
      <Text size="xs" c="dimmed">
        {timeOfDay(at)}
      </Text>
      <Text size="sm">{text}</Text>
      {ruleId && (
        <Badge size="xs" variant="light">
          {ruleId}
        </Badge>
      )}
      {links.map(({ text: words, url }) => (
        <Anchor key={url} href={url} target="_blank" rel="noreferrer" size="sm">
          {words}
        </Anchor>
      ))}
    </Group>
  );
}
