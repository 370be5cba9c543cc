import { Controller, Get, HttpCode, NotFoundException, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import type { ConnectionTest, PortalLeave, PortalStatus } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { LeavePortal } from '../operators/leave-portal.js';
import { PortalStatusQuery } from '../operators/portal-status.js';
import { RefreshPortal } from '../operators/refresh-portal.js';
import { TestPortal } from '../operators/test-portal.js';

/** For the other services only; the operator's API is settings-api's. */
@Controller('internal/v1/portals/:portalId')
@UseGuards(InternalApiGuard)
export class PortalsController {
  constructor(
    private readonly statusQuery: PortalStatusQuery,
    private readonly refreshPortal: RefreshPortal,
    private readonly testPortal: TestPortal,
    private readonly leavePortal: LeavePortal,
  ) {}

  @Get('status')
  async status(@Param('portalId', ParseUUIDPipe) portalId: string): Promise<PortalStatus> {
    const status = await this.statusQuery.of(portalId);
    if (status === null) throw new NotFoundException();
    return status;
  }

  @Post('test')
  @HttpCode(200)
  async test(@Param('portalId', ParseUUIDPipe) portalId: string): Promise<ConnectionTest> {
    const test = await this.testPortal.execute(portalId);
    if (test === null) throw new NotFoundException();
    return test;
  }

  /** Before the token of a deleted portal is erased: its hooks are taken away, in seconds or not at all. */
  @Post('leave')
  @HttpCode(200)
  async leave(@Param('portalId', ParseUUIDPipe) portalId: string): Promise<PortalLeave> {
    const left = await this.leavePortal.execute(portalId);
    if (left === null) throw new NotFoundException();
    return left;
  }

  /** Answered at once; crm.portals.v1 tells what was read. */
  @Post('refresh')
  @HttpCode(202)
  async refresh(@Param('portalId', ParseUUIDPipe) portalId: string): Promise<void> {
    if (!(await this.refreshPortal.execute(portalId))) throw new NotFoundException();
  }
}
