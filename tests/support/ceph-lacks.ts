/** What Ceph 16, which Debian 12 has, does otherwise than S3, by name. `tests/cluster/ceph-lacks.test.ts` shows each of Ceph itself. */
export const CEPH_LACKS = {
  checksums: 'Ceph keeps none before version 19, and looks at none',
  deleteConditions: 'Ceph ignores them, so they are refused with NotImplemented',
  completionConditions: 'Ceph ignores them, so they are refused with NotImplemented',
  someParts: 'Ceph wants all that were uploaded',
  uploadTags: 'Ceph forgets them before version 17, so they are refused with NotImplemented',
  partRanges: 'Ceph does not know partNumber before version 19',
  uploadOrder: 'Ceph orders them by key and id as one text',
  uploadPrefixes: 'Ceph rolls uploads up by a delimiter and does not say into what',
  timeOfTagged: 'Ceph counts it as a change',
  storageClasses: 'Ceph refuses those it was not set up with',
  metadataNames: 'Ceph makes hyphens of the underscores in them',
  longNames: 'Ceph answers 500 to a name of metadata that is longer than 255 bytes',
  tabs: 'Ceph understands a signature over them in another way',
  racingCompletions: 'Ceph answers 500 to some of those who complete one upload at once',
} as const;
