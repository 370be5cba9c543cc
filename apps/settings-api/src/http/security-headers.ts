import { type NestExpressApplication } from '@nestjs/platform-express';
import { type RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * What browsers must not do with our answers. Styles may be inline, because Mantine and Swagger UI set them from script;
 * scripts may not. Pictures of amoCRM's users come from its hosts.
 */
export function securityHeaders(app: NestExpressApplication, publicUrl: string): void {
  const isHttps = publicUrl.startsWith('https:');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: [`'self'`],
          styleSrc: [`'self'`, `'unsafe-inline'`],
          imgSrc: [`'self'`, 'data:', 'https:'],
          objectSrc: [`'none'`],
          baseUri: [`'none'`],
          formAction: [`'self'`],
          frameAncestors: [`'none'`],
          // Over plain http it would break the page on any address but localhost.
          ...(isHttps && { upgradeInsecureRequests: [] }),
        },
      },
      strictTransportSecurity: isHttps,
      xFrameOptions: { action: 'deny' },
    }),
  );
  // An answer with settings or phones is nobody's to keep, the browser's disk included.
  app.use('/api/v1', notToBeKept);
}

const notToBeKept: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
