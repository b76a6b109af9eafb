/**
 * Looking at what other processes have committed costs a store of files a new transaction, which is a fifth of what a small GET takes. Requests
 * that are read from their sockets in one turn of the event loop may share a look: the system said that they had arrived before the first of them
 * was read, so that what is seen from then on is not older than any of them. What they may not share is a look from before that. One whose last
 * bytes come while the others are answered is read with them, and may be younger than the look by that long: a few milliseconds.
 */

/** To be called when a request has just been read from its socket, and never later: until this turn of the loop is over, looks are shared. */
export function justRead(): void {
  if (isReading) return;
  isReading = true;
  turn += 1;
  // Node calls this once all sockets that had something were read, and before it asks the system again which have.
  setImmediate(() => {
    isReading = false;
  });
}

let isReading = false;
let turn = 0;

export type SharedLook = {
  /** Looks, unless somebody has since the sockets of this turn are being read. */
  (): void;
  /** Whoever is next looks for themselves: this process has committed something. */
  forget(): void;
};

export function sharedLook(look: () => void): SharedLook {
  let lookedIn = -1;
  const shared = () => {
    if (isReading && lookedIn === turn) return;
    look();
    lookedIn = isReading ? turn : -1;
  };
  return Object.assign(shared, {
    forget() {
      lookedIn = -1;
    },
  });
}
