import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { integrationSettings } from '@perezvon/contracts';
import { z } from 'zod';
import { schemaOfDto } from '../openapi/dto-schema.js';
import { leavesOf } from '../testing/leaves-of-schema.js';
import { IntegrationDto } from './integration.dto.js';

describe('the settings that the API takes', () => {
  it('are those that the services are told, leaf by leaf', () => {
    const taken = leavesOf(schemaOfDto(IntegrationDto)).sort();
    expect(taken).toContain('incoming.cells.answeredUnknown.pipelineId');
    expect(taken).toEqual(leavesOf(z.toJSONSchema(integrationSettings)).sort());
  });
});
