import { RequestMethod, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type Access, accessKey } from '../access/access.js';
import { ListOf } from '../http/validation.js';
import { type JsonSchema, schemaOfDto } from './dto-schema.js';

/** One route of the API as its decorators describe it. */
export interface Operation {
  /** `JournalController.search`. */
  readonly name: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `/api/v1/accounts/{accountId}/calls`. */
  readonly path: string;
  readonly access: Access | undefined;
  readonly status: number;
  readonly body: JsonSchema | null;
  readonly query: JsonSchema | null;
  /** Takes `If-Match`. */
  readonly isConditional: boolean;
}

interface RouteArgument {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: readonly unknown[];
}

/** Every route of these controllers; one that is added appears by itself. */
export function operationsOf(controllers: readonly Type[]): Operation[] {
  return controllers.flatMap((controller) => {
    const base = read<string>(PATH_METADATA, controller);
    const prototype = controller.prototype as Readonly<Record<string, unknown>>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      if (base === undefined || typeof handler !== 'function') return [];
      const method = read<RequestMethod>(METHOD_METADATA, handler);
      return method === undefined ? [] : [operation(controller, base, name, handler, method)];
    });
  });
}

function read<Value>(key: string, from: object): Value | undefined {
  return Reflect.getMetadata(key, from) as Value | undefined; // what Nest's own decorators put there
}

const methods: Readonly<Partial<Record<RequestMethod, Operation['method']>>> = {
  [RequestMethod.GET]: 'get',
  [RequestMethod.POST]: 'post',
  [RequestMethod.PUT]: 'put',
  [RequestMethod.PATCH]: 'patch',
  [RequestMethod.DELETE]: 'delete',
};

function operation(
  controller: Type,
  base: string,
  name: string,
  handler: object,
  requestMethod: RequestMethod,
): Operation {
  const method = methods[requestMethod];
  if (method === undefined) throw new Error(`${controller.name}.${name} has a method that is not described`);
  const own = read<string>(PATH_METADATA, handler) ?? '';
  const path = `/${[base, own]
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter((part) => part !== '')
    .join('/')}`;
  const given = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) as Record<string, RouteArgument> | undefined;
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, name) as Type[];
  const argument = (kind: RouteParamtypes): RouteArgument | undefined =>
    Object.entries(given ?? {}).find(([key]) => key.startsWith(`${kind}:`))?.[1];
  return {
    name: `${controller.name}.${name}`,
    method,
    path: path.replace(/:(\w+)/g, '{$1}'),
    access: read<Access>(accessKey, handler) ?? read<Access>(accessKey, controller),
    status: read<number>(HTTP_CODE_METADATA, handler) ?? (method === 'post' ? 201 : 200),
    body: inputOf(argument(RouteParamtypes.BODY), types),
    query: inputOf(argument(RouteParamtypes.QUERY), types),
    isConditional: Object.values(given ?? {}).some((each) => each.data === 'if-match'),
  };
}

function inputOf(argument: RouteArgument | undefined, types: readonly Type[]): JsonSchema | null {
  if (argument === undefined) return null;
  const list = argument.pipes?.find((pipe) => pipe instanceof ListOf);
  if (list !== undefined) return { type: 'array', maxItems: list.maxLength, items: schemaOfDto(list.itemClass) };
  const type = types[argument.index];
  return type === undefined ? null : schemaOfDto(type);
}
