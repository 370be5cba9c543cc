import { Body, Controller, Get, Headers, Put, Res } from '@nestjs/common';
import { type PbxEmployee } from '@perezvon/contracts';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { type MappingEntry, type Stored } from '../accounts/documents.js';
import { etagOf, expectedRevision } from '../http/etag.js';
import { type List, wholeList } from '../http/list.js';
import { ListOf } from '../http/validation.js';
import { type SeenEmployee } from '../journal/seen-employees.js';
import { EmployeeDto, MappingEntryDto } from './people.dto.js';
import { People } from './people.js';
import { type Suggestion } from './suggestions.js';

const maxPeople = 10_000;

@Controller('api/v1/accounts/:accountId')
@ForAccount('viewer')
export class PeopleController {
  constructor(private readonly people: People) {}

  @Get('employees')
  async employees(
    @AccountId() accountId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PbxEmployee[]> {
    return tagged(response, await this.people.employees(accountId));
  }

  @ForAccount('operator')
  @Put('employees')
  async putEmployees(
    @AccountId() accountId: string,
    @Body(new ListOf(EmployeeDto, maxPeople)) sent: EmployeeDto[],
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PbxEmployee[]> {
    return tagged(response, await this.people.putEmployees(accountId, sent, expectedRevision(ifMatch)));
  }

  @Get('employees/discovered')
  async discovered(@AccountId() accountId: string): Promise<List<SeenEmployee>> {
    return wholeList(await this.people.discovered(accountId));
  }

  @Get('mapping/suggestions')
  async suggestions(@AccountId() accountId: string): Promise<List<Suggestion>> {
    return wholeList(await this.people.suggestions(accountId));
  }

  @Get('mapping')
  async mapping(
    @AccountId() accountId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MappingEntry[]> {
    return tagged(response, await this.people.mapping(accountId));
  }

  @ForAccount('operator')
  @Put('mapping')
  async putMapping(
    @AccountId() accountId: string,
    @Body(new ListOf(MappingEntryDto, maxPeople)) sent: MappingEntryDto[],
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MappingEntry[]> {
    return tagged(response, await this.people.putMapping(accountId, sent, expectedRevision(ifMatch)));
  }
}

function tagged<Body>(response: Response, { body, revision }: Stored<Body>): Body {
  response.set('ETag', etagOf(revision));
  return body;
}
