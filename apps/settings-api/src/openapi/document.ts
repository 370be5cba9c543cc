import { type Type } from '@nestjs/common';
import { type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { type Access } from '../access/access.js';
import { answers } from './answers.js';
import { type JsonSchema } from './dto-schema.js';
import { examples } from './examples.js';
import { type Operation, operationsOf } from './operations.js';

/**
 * The published description of the API (OpenAPI 3.1): routes, roles and requests are read off the code that serves them,
 * answers are the schemas that the fuzz spec holds real answers against.
 */
export function openApiDocument(controllers: readonly Type[]): OpenAPIObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operationsOf(controllers)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Perezvon: settings API',
      version: '1',
      description:
        'Roles: viewer (reads), operator (changes settings), account_admin (users and keys too), platform_admin (all accounts). ' +
        'Errors are RFC 9457 with a stable `code`, in the language of `Accept-Language` (ru, en).',
    },
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the account or of the platform' },
        session: { type: 'apiKey', in: 'cookie', name: 'perezvon', description: 'With X-CSRF-Token for changes' },
      },
      schemas: { Problem: problemSchema },
    },
  };
  return document as unknown as OpenAPIObject; // Nest's type is of 3.0, whose schemas are no JSON Schemas yet
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'errors'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'What is wrong and what to do, in the language of the caller' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable, for programs' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'code', 'message'],
        properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

function describe(operation: Operation): Record<string, unknown> {
  const { name, access, body, status } = operation;
  const [controller = '', handler = ''] = name.split('.');
  return {
    operationId: name,
    tags: [controller.replace(/Controller$/, '')],
    summary: summaryOf(handler, access),
    ...(access !== 'public' && { security: [{ apiKey: [] }, { session: [] }] }),
    parameters: [...pathParameters(operation), ...queryParameters(operation), ...headerParameters(operation)],
    ...(body !== null && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: body, ...(examples[name] !== undefined && { example: examples[name] }) },
        },
      },
    }),
    responses: { ...success(operation, status), ...problems(operation) },
  };
}

function summaryOf(handler: string, access: Access | undefined): string {
  const who: Readonly<Record<Access, string>> = {
    public: 'everybody',
    known: 'anyone with a key or session',
    platform: 'platform admins',
    viewer: 'viewers and up',
    operator: 'operators and up',
    account_admin: 'account admins and up',
  };
  return `${handler}: for ${access === undefined ? 'nobody' : who[access]}`;
}

function success({ name }: Operation, status: number): Record<string, unknown> {
  const answer = answers[name];
  if (answer === undefined) throw new Error(`${name} has no answer in openapi/answers.ts`);
  if (answer === null) {
    return name === 'OauthController.finish'
      ? { 303: { description: 'Back to the page, which says how it ended' } }
      : { [status]: { description: 'Done' } };
  }
  const schema = z.toJSONSchema(answer, { io: 'output', unrepresentable: 'any' });
  return { [status]: { description: 'The answer', content: { 'application/json': { schema } } } };
}

/** What can go wrong follows from what the route takes and whom it asks. */
function problems(operation: Operation): Record<string, unknown> {
  const { access, method, path, body, query, isConditional, name } = operation;
  const asksNeighbour = /^(Effects|Rejected|PortalOperations)Controller\./.test(name);
  const possible: Readonly<Record<number, boolean>> = {
    400: true,
    401: access !== 'public' || name === 'SessionController.open',
    403: access !== 'public' || method !== 'get',
    404: path.includes('{'),
    409: method !== 'get',
    412: isConditional,
    413: body !== null,
    422: body !== null || query !== null || path.includes('{') || method === 'post',
    429: name === 'SessionController.open' || name === 'SessionController.changePassword',
    503: asksNeighbour,
  };
  return Object.fromEntries(
    Object.entries(possible)
      .filter(([, isPossible]) => isPossible)
      .map(([status]) => [
        status,
        {
          description: problemWords[Number(status)],
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}

const problemWords: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'No valid key or session',
  403: 'The role may not do this, or the request is another site’s',
  404: 'There is no such thing, or it is another account’s',
  409: 'Not possible in the present state; the code says why',
  412: 'Somebody else has saved since: load again',
  413: 'The body is too large',
  422: 'Not accepted: each wrong field is named in `errors`',
  429: 'Too many attempts: Retry-After says how long to wait',
  503: 'The service that knows is away; `service` names it',
};

function pathParameters({ path }: Operation): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: pathSchemas[name] ?? { type: 'string', format: 'uuid' },
  }));
}

const pathSchemas: Readonly<Record<string, JsonSchema>> = {
  accountId: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  revision: { type: 'integer', minimum: 1 },
};

function queryParameters({ query }: Operation): object[] {
  const properties = (query?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function headerParameters({ isConditional }: Operation): object[] {
  if (!isConditional) return [];
  return [{ name: 'If-Match', in: 'header', required: false, schema: { type: 'string' }, example: '"3"' }];
}
