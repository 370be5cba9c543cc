export type CredentialsErrorCode =
  /** `CREDENTIALS_KEYS` cannot be read. */
  | 'malformed_keys'
  /** The row was encrypted with a key that `CREDENTIALS_KEYS` no longer has. */
  | 'unknown_key'
  /** Wrong key under a known id, an altered row, or a row that was copied from another portal or account. */
  | 'not_decryptable'
  /** What was given is not a token: empty, too long, or with characters that no header can carry. */
  | 'malformed_token'
  /** The portal's tokens belong to another account: nothing was written. */
  | 'portal_of_another_account';

/** A failure of this library. Its message holds ids of portals and keys, never a token nor a key. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';

  constructor(
    readonly code: CredentialsErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
