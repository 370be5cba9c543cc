/** Where people reach the page: PUBLIC_URL. */
export class PublicUrl {
  constructor(readonly origin: string) {}
}
