import { Controller, Get, NotFoundException, Param, ParseUUIDPipe, UseGuards } from '@nestjs/common';
import { InternalApiGuard } from '@perezvon/service';
import { PortalStatusQuery, type PortalStatus } from './portal-status.js';

/** For the other services only; the operator's API is settings-api's. */
@Controller('internal/v1')
@UseGuards(InternalApiGuard)
export class InternalController {
  constructor(private readonly status: PortalStatusQuery) {}

  @Get('portals/:portalId/status')
  async portalStatus(@Param('portalId', ParseUUIDPipe) portalId: string): Promise<PortalStatus> {
    const status = await this.status.of(portalId);
    if (status === null) throw new NotFoundException();
    return status;
  }
}
