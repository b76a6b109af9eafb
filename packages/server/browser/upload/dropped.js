// @ts-check
/** What was dropped: files, and those in folders, however deep. */

const MOST_FILES = 5000;

/** @param {DataTransfer} data @returns {Promise<File[]>} */
export async function droppedFiles(data) {
  // Entries are gone once the event is over; so all are taken before anything is waited for.
  const entries = [...data.items].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry?.() ?? item.getAsFile()] : []));
  /** @type {File[]} */
  const files = [];
  for (const entry of entries) {
    if (entry instanceof File) files.push(entry);
    else if (entry !== null) await gather(entry, files);
  }
  return files;
}

/** @param {FileSystemEntry} entry @param {File[]} files @returns {Promise<void>} */
async function gather(entry, files) {
  if (files.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise((resolve) => {
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, () => resolve(undefined));
    });
    if (file instanceof File) files.push(file);
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return;
    for (const inside of some) await gather(inside, files);
  }
}
