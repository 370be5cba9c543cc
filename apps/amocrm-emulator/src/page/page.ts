import { type ServerResponse } from 'node:http';
import { type Portal } from '../portal.js';
export function sendPage(res: ServerResponse, portal: Portal): void {
  res.end(portal.name);
}
