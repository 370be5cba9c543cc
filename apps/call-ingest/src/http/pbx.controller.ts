import { Controller, Get, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import { type PbxSource } from '@perezvon/contracts';
import { isSameSecret, Problem, SourceLimiter } from '@perezvon/service';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountDirectory, type AuthorisedSource, cabinetOf } from '../accounts/account-directory.js';
import { type Rejection } from '../canonical/rejection.js';
import { type Delivery, MAX_EVENTS } from '../intake/delivery.js';
import { takeDelivery } from '../intake/take.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { type Command, readCommand, withoutToken } from '../itoolabs/command-body.js';
import { type ContactAnswer, contactAnswer, contactQuestion } from '../itoolabs/contact-question.js';
import { RouteClient, ROUTE_WITHIN_MS } from '../routing/route-client.js';
import { cannotStore, tooManyEvents, tooManyRequests, unauthorised } from './http-problems.js';
import { isSignedBy } from './signature.js';
import { DurableStore } from './store-durably.js';

/** A caller who waits for his route does not wait longer for our storage; calls go on without this event. */
const STORE_BEFORE_ROUTE_MS = ROUTE_WITHIN_MS + 100;

/** What a PBX is told: how many events were taken, and what is wrong with the others. */
export interface IngestAnswer {
  readonly accepted: number;
  readonly rejected: readonly (Pick<Rejection, 'code' | 'message' | 'errors'> & { readonly index: number })[];
}

/** What the door reads of a request; `rawBody` is absent for GET. */
interface PbxRequest {
  readonly originalUrl: string;
  readonly rawBody?: Buffer;
}

/** The HTTP door. 2xx = durably stored, also what was rejected: sending it again would not help. */
@Controller('v1/pbx/:sourceId')
export class PbxController {
  constructor(
    private readonly directory: AccountDirectory,
    private readonly limiter: SourceLimiter,
    private readonly durable: DurableStore,
    private readonly metrics: IngestMetrics,
    private readonly routes: RouteClient,
  ) {}

  @Post('events')
  @HttpCode(200)
  async canonical(
    @Param('sourceId') sourceId: string,
    @Headers('x-timestamp') timestamp: string | undefined,
    @Headers('x-signature') signature: string | undefined,
    @Req() request: PbxRequest,
  ): Promise<IngestAnswer> {
    const body = request.rawBody ?? Buffer.alloc(0);
    const authorised = this.authorise(sourceId, 'canonical', (source) =>
      isSignedBy(source.secretHash, { timestamp, signature, body }, Date.now()),
    );
    this.limit(authorised);
    return this.take({ ...deliveryOf(authorised, body), dialect: 'canonical', query: '', position: 'POST events' });
  }

  @Post('uis/:secret')
  @HttpCode(200)
  async uisPost(
    @Param('sourceId') sourceId: string,
    @Param('secret') secret: string,
    @Req() request: PbxRequest,
  ): Promise<IngestAnswer> {
    return this.uis(sourceId, secret, request, 'POST uis');
  }

  @Get('uis/:secret')
  async uisGet(
    @Param('sourceId') sourceId: string,
    @Param('secret') secret: string,
    @Req() request: PbxRequest,
  ): Promise<IngestAnswer> {
    return this.uis(sourceId, secret, request, 'GET uis');
  }

  /** The secret stands in the body, so that is read before anything is known of its sender. */
  @Post('itoolabs')
  @HttpCode(200)
  async itoolabs(
    @Param('sourceId') sourceId: string,
    @Req() request: PbxRequest,
  ): Promise<IngestAnswer | ContactAnswer> {
    const command: Command = readCommand(request.rawBody ?? Buffer.alloc(0)) ?? new Map<string, string>();
    const token = sha256(command.get('crm_token') ?? '');
    const authorised = this.authorise(sourceId, 'itoolabs', (source) => isSameSecret(token, source.secretHash));
    const delivery: Delivery = {
      ...deliveryOf(authorised, withoutToken(command)),
      dialect: 'itoolabs',
      query: '',
      position: 'POST itoolabs',
    };
    if (command.get('cmd')?.toLowerCase() === 'contact') return this.contact(command, authorised, delivery);
    this.limit(authorised);
    return this.take(delivery);
  }

  /**
   * Somebody hears a ringing tone until this is answered: it always is, in time, and with 200 (§4.10). So a source that
   * floods cannot be told to come again: its call is stored all the same, and only the question is not asked.
   */
  private async contact(command: Command, authorised: AuthorisedSource, delivery: Delivery): Promise<ContactAnswer> {
    const isWithinLimit = this.limiter.tryTake(authorised.source.sourceId, Date.now());
    const question = isWithinLimit ? contactQuestion(command, authorised) : null;
    const stored = this.take(delivery).catch(unlessNotStored);
    const [route] = await Promise.all([
      question === null ? null : this.routes.ask(question),
      Promise.race([stored, sleep(STORE_BEFORE_ROUTE_MS)]),
    ]);
    return contactAnswer(route, authorised.source.routeFallback);
  }

  private async uis(sourceId: string, secret: string, request: PbxRequest, position: string): Promise<IngestAnswer> {
    const authorised = this.authorise(sourceId, 'uis', (source) => isSameSecret(sha256(secret), source.secretHash));
    this.limit(authorised);
    const query = request.originalUrl.split('?').slice(1).join('?');
    const body = request.rawBody ?? Buffer.alloc(0);
    return this.take({ ...deliveryOf(authorised, body), dialect: 'uis', query, position });
  }

  /** An unknown source is checked too, against a key that no secret has: its answer takes as long. */
  private authorise(
    sourceId: string,
    kind: PbxSource['kind'],
    proves: (source: Pick<PbxSource, 'secretHash'>) => boolean,
  ): AuthorisedSource {
    const found = this.directory.source(sourceId);
    const isProved = proves(found?.source ?? { secretHash: '0'.repeat(64) });
    if (found === undefined || found.source.kind !== kind || !isProved) throw unauthorised();
    return found;
  }

  private limit({ source }: AuthorisedSource): void {
    if (!this.limiter.tryTake(source.sourceId, Date.now())) throw tooManyRequests();
  }

  private async take(delivery: Delivery): Promise<IngestAnswer> {
    const intake = takeDelivery(delivery, { nowMs: delivery.receivedAtMs, knowsAccount: this.directory.knows });
    // Larger bodies were refused before they came here: what is too large by now is the number of events.
    if (intake.rejections[0]?.rejection.code === 'too_large') throw tooManyEvents(MAX_EVENTS);
    const stored = await this.durable.store(delivery, intake);
    if (stored === 'nowhere') throw cannotStore();
    this.metrics.took('http', intake, stored === 'held' ? 'held' : 'produced');
    return {
      accepted: intake.calls.length,
      rejected: intake.rejections.map(({ index, rejection: { code, message, errors } }) => ({
        index,
        code,
        message,
        errors,
      })),
    };
  }
}

function deliveryOf(authorised: AuthorisedSource, bytes: Buffer): Omit<Delivery, 'dialect' | 'query' | 'position'> {
  return {
    door: 'http',
    bytes,
    sourceId: authorised.source.sourceId,
    cabinet: cabinetOf(authorised),
    receivedAtMs: Date.now(),
  };
}

/** The log says it already, and the one who waits for a route is not told. */
function unlessNotStored(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
