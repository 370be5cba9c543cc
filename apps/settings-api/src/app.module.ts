import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Secret, TokenEndpoint } from '@perezvon/amocrm';
import { CredentialStore } from '@perezvon/credentials';
import { type Logger } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { AccessGuard } from './access/access.guard.js';
import { ApiKeysController } from './access/api-keys.controller.js';
import { ApiKeys } from './access/api-keys.js';
import { OwnPassword } from './access/own-password.js';
import { KnownPlaces } from './access/known-places.js';
import { LoginThrottle } from './access/login-throttle.js';
import { ConsentCookie, DeviceCookie, SessionCookie } from './access/cookies.js';
import { SessionController } from './access/session.controller.js';
import { Sessions } from './access/sessions.js';
import { PlatformAdminsController, UsersController } from './access/users.controller.js';
import { Users } from './access/users.js';
import { AccountChanges, type Wakeable } from './accounts/account-changes.js';
import { AccountsController } from './accounts/accounts.controller.js';
import { Accounts } from './accounts/accounts.js';
import { type SettingsApiConfig } from './config.js';
import { IntegrationController } from './integration/integration.controller.js';
import { Integration } from './integration/integration.js';
import { CallsWithoutEndOf } from './journal/calls-without-end.js';
import { JournalStore } from './journal/journal-store.js';
import { JournalTotals } from './journal/journal-totals.js';
import { JournalConsumer } from './journal/journal.consumer.js';
import { JournalController } from './journal/journal.controller.js';
import { JournalRetentionController } from './journal/journal-retention.controller.js';
import { JournalRetention } from './journal/journal-retention.js';
import { Journal } from './journal/journal.js';
import { SeenEmployees } from './journal/seen-employees.js';
import { DryRunController } from './dry-run/dry-run.controller.js';
import { DryRun } from './dry-run/dry-run.js';
import { EngineClient } from './operations/engine-client.js';
import { EffectsController } from './operations/effects.controller.js';
import { IngestClient } from './operations/ingest-client.js';
import { Neighbour } from './operations/neighbour.js';
import { PortalOperationsController } from './operations/portal-operations.controller.js';
import { RejectedController } from './operations/rejected.controller.js';
import { StatusController } from './operations/status.controller.js';
import { Status } from './operations/status.js';
import { WriterClient } from './operations/writer-client.js';
import { AuditController } from './audit/audit.controller.js';
import { Audit } from './audit/audit.js';
import { Authorizations, type OauthSetup } from './oauth/authorizations.js';
import { OauthController } from './oauth/oauth.controller.js';
import { PublicUrl } from './page/public-url.js';
import { PbxSourcesController } from './pbx-sources/pbx-sources.controller.js';
import { PbxSources } from './pbx-sources/pbx-sources.js';
import { PullTokens } from './pbx-sources/pull-tokens.js';
import { PeopleController } from './people/people.controller.js';
import { People } from './people/people.js';
import { CrmCopies } from './portals/crm-copies.js';
import { CrmPortalsConsumer } from './portals/crm-portals.consumer.js';
import { PortalsController } from './portals/portals.controller.js';
import { PortalMoves } from './portals/portal-moves.js';
import { Portals } from './portals/portals.js';
import { TokenEraser } from './portals/token-eraser.js';

export interface AppParts {
  readonly config: Omit<SettingsApiConfig, 'kafka' | 'database' | 'port' | 'logLevel' | 'tracesEndpoint'>;
  readonly dataSource: DataSource;
  readonly relay: Wakeable;
  readonly logger: Logger;
}

/** Every HTTP route of the API; the OpenAPI document is made of them. */
export const controllers: readonly Type[] = [
  SessionController,
  UsersController,
  PlatformAdminsController,
  AccountsController,
  ApiKeysController,
  PortalsController,
  IntegrationController,
  PeopleController,
  PbxSourcesController,
  JournalController,
  JournalRetentionController,
  StatusController,
  OauthController,
  AuditController,
  EffectsController,
  RejectedController,
  PortalOperationsController,
  DryRunController,
];

/** The composition root: use cases are plain classes, put together here. */
@Module({})
export class AppModule {
  static with({ config, dataSource, relay, logger }: AppParts): DynamicModule {
    const credentials = new CredentialStore(dataSource, config.credentialsKeys);
    const changes = new AccountChanges(dataSource, relay, logger);
    const copies = new CrmCopies(dataSource);
    const journal = new Journal(dataSource, changes);
    const seen = new SeenEmployees(dataSource);
    const key = config.internalKey;
    const writer = new WriterClient(new Neighbour({ name: 'amocrm-writer', url: config.writerUrl, key }));
    const eraser = new TokenEraser(dataSource, credentials, logger, (portalId) => writer.leave(portalId));
    const accounts = new Accounts(dataSource, changes, eraser);
    const waitingAt = (portalId: string): Promise<number | null> => writer.waitingAt(portalId);
    const portals = new Portals(dataSource, changes, credentials, eraser, config.amocrmExtraOrigins, waitingAt);
    const integration = new Integration(dataSource, changes, copies);
    const people = new People(dataSource, changes, copies, seen);
    const ingest = new IngestClient(new Neighbour({ name: 'call-ingest', url: config.ingestUrl, key }));
    const engine = new EngineClient(new Neighbour({ name: 'decision-engine', url: config.engineUrl, key }));
    const users = new Users(dataSource, changes);
    const sessions = new Sessions(dataSource, new LoginThrottle(dataSource), new KnownPlaces(dataSource));
    const useCases = [
      eraser,
      copies,
      new ApiKeys(dataSource, changes, config.bootstrapApiKey),
      users,
      sessions,
      new OwnPassword(users, sessions),
      new SessionCookie(config.publicUrl),
      new DeviceCookie(config.publicUrl),
      new ConsentCookie(config.publicUrl),
      new PublicUrl(config.publicUrl),
      new Authorizations(dataSource, portals, oauthOf(config), config.amocrmExtraOrigins),
      accounts,
      portals,
      new PortalMoves(dataSource, changes, portals, waitingAt),
      integration,
      writer,
      ingest,
      new Status(integration, portals, writer, ingest, engine, new CallsWithoutEndOf(dataSource)),
      people,
      new Audit(dataSource, changes, integration, people),
      new PbxSources(
        dataSource,
        changes,
        {
          ingestUrl: config.publicIngestUrl ?? config.publicUrl,
          routeUrl: config.publicRouteUrl ?? config.publicUrl,
        },
        new PullTokens(config.pullKeys, config.pbxExtraOrigins),
      ),
      new JournalStore(dataSource),
      seen,
      journal,
      new JournalTotals(dataSource, changes),
      new JournalRetention(dataSource, changes, config.journalRetentionDays),
      new DryRun(dataSource, accounts, journal, copies),
    ];
    return {
      module: AppModule,
      controllers: [...controllers, CrmPortalsConsumer, JournalConsumer],
      providers: [
        ...useCases.map((useCase) => ({ provide: useCase.constructor, useValue: useCase })),
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}

/** Undefined: no integration of amoCRM's was given, portals work with long-lived tokens. */
function oauthOf({ amocrm, amocrmOauthUrl, amocrmExtraOrigins }: AppParts['config']): OauthSetup | undefined {
  if (amocrm === undefined) return undefined;
  const { clientId, clientSecret, redirectUri } = amocrm;
  const integration = { clientId, clientSecret: new Secret(clientSecret), redirectUri };
  const endpoint = new TokenEndpoint({ integration, extraOrigins: amocrmExtraOrigins });
  return { clientId, consentUrl: amocrmOauthUrl, endpoint };
}
