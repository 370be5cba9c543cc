import { z } from 'zod';

/** Tenant id: 1–64 of `A-Z a-z 0-9 . _ -`, given by the PBX platform or made by us (interfaces.md, Ids and times). */
export const accountId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1–64 characters of A-Z a-z 0-9 . _ -');

/** RFC 3339 in UTC with milliseconds, such as `2025-03-04T09:12:47.234Z`. */
export const utcInstant = z.iso.datetime({ precision: 3, message: 'must be RFC 3339 UTC with milliseconds' });

export const e164 = z.string().regex(/^\+[1-9]\d{1,14}$/, 'must be E.164 with +');

export const uuid = z.guid();

/** Ids that a PBX made: opaque text, bounded so that no row or key grows without limit. */
export const pbxId = z.string().min(1).max(200);

/** A duration. The limit (31 years) is no rule of telephony: it keeps arithmetic on times inside what a date can hold. */
export const seconds = z.int().min(0).max(1_000_000_000);

/** amoCRM's own ids are integers. */
export const crmId = z.int().positive();

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be lower-case hex SHA-256');

/** Rule of rules.md (or a clause of it) that a decision names, such as `R2` or `R12`. */
export const ruleId = z.string().regex(/^R\d{1,2}$/);
