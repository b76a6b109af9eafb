/** What guests call below the page of an upload request, and what they are answered. All of it is JSON. */
import { array, maxLength, number, optional, pipe, string } from 'valibot';
import { checked, invalidInput, members } from '../api/input.ts';
import { count, isoTime, text } from '../api/schemas/values.ts';
import { mediaType } from '../links/content-types.ts';
import type { AnnouncedFile, OwnFile } from './deliveries.ts';
import type { Delivery } from './model.ts';
import type { Sendable } from './signed-upload.ts';
import { typeOfName } from './type-of-name.ts';

/** What every call may bring besides its own: who delivers and what opens the page, where the caller keeps no cookies. */
const guest = { deliverer: optional(text(64)), password: optional(text(256)) };

const announcement = members({
  ...guest,
  name: text(1024),
  size: count(0, Number.MAX_SAFE_INTEGER),
  type: optional(string()),
  lastModified: optional(number()),
});
const sending = members({ ...guest, parts: optional(pipe(array(count(1, 10_000)), maxLength(100, 'has at most 100 items.'))) });
const nothing = members(guest);

export type GuestFields = { readonly deliverer?: string | undefined; readonly password?: string | undefined };

/** Only of who calls; the rest is looked at once it is known that they may. Throws ValidationError. */
export function guestFields(body: unknown): GuestFields {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null) throw invalidInput([{ pointer: '', detail: 'must be an object.' }]);
  const { deliverer, password } = body as Readonly<Record<string, unknown>>;
  return checked(nothing, { ...(deliverer !== undefined && { deliverer }), ...(password !== undefined && { password }) });
}

/** Where it has no type, its name tells; or it is any bytes. */
export function announcedFile(body: unknown): AnnouncedFile {
  const { name, size, type, lastModified = 0 } = checked(announcement, body);
  return {
    name,
    sizeBytes: size,
    type: mediaType(type) ?? typeOfName(name) ?? 'application/octet-stream',
    lastModified: Number.isSafeInteger(lastModified) ? lastModified : 0,
  };
}

export const partsToSend = (body: unknown): readonly number[] => checked(sending, body ?? {}).parts ?? [];

export function noMore(body: unknown): void {
  checked(nothing, body ?? {});
}

/** A file as its deliverer sees it: not where it is kept. */
export function shownFile({ delivery, parts }: OwnFile) {
  const { id, name, type, sizeBytes, lastModified, status, deliveredAt, partBytes } = delivery;
  return {
    id,
    name,
    size: sizeBytes,
    type,
    lastModified,
    status,
    ...(deliveredAt !== undefined && { deliveredAt: isoTime(deliveredAt) }),
    ...(partBytes !== undefined && { partSize: partBytes }),
    ...(parts !== undefined && { parts }),
  };
}

/** What to send where: one PUT of the whole, or a PUT for each part. */
export function shownSend(send: Sendable | undefined) {
  if (send === undefined) return undefined;
  const expiresAt = isoTime(send.expiresAt);
  if (send.kind === 'put') return { kind: 'put', method: 'PUT', url: send.url, headers: send.headers, expiresAt };
  const parts = send.parts.map(({ partNumber, url, sizeBytes }) => ({ part: partNumber, url, size: sizeBytes }));
  return { kind: 'parts', method: 'PUT', partSize: send.partBytes, partCount: send.partCount, parts, expiresAt };
}

export const shownDelivery = (delivery: Delivery, send?: Sendable) => ({ ...shownFile({ delivery }), upload: shownSend(send) });
