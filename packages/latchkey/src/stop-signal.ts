// npm passes a Ctrl-C on that the terminal has already sent to us: two signals in a moment are one.
const ECHO_MS = 1000;

/** Resolves with the first SIGTERM or SIGINT. A further one, more than a moment later, ends the process at once with status 1. */
export function stopSignal(now: () => number = Date.now): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const stop = (signal: NodeJS.Signals) => {
      if (firstAt !== undefined && now() - firstAt > ECHO_MS) process.exit(1);
      firstAt ??= now();
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
