/** What the server tells its operator: one JSON object a line, never a secret, a signature or a query string. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Log = {
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

/** A log that writes lines through `write`; `now` in milliseconds since the epoch. */
export function jsonLog(write: (line: string) => void, now: () => number = Date.now): Log {
  const line = (level: string) => (message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields })}\n`);
  return { info: line('info'), error: line('error') };
}
