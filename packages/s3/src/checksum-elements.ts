/** Checksums in XML, as every result that names an object shows them. */
import { CHECKSUM_ALGORITHMS, type Checksums, type ChecksumValues, checksumElement } from './checksum-algorithm.ts';
import { childText, type XmlElement } from './xml.ts';
import { element, type XmlNode } from './xml-writer.ts';

/** `<ChecksumCRC32>…</ChecksumCRC32>` for each value. */
export function checksumValueElements(values: ChecksumValues | undefined): readonly (XmlNode | undefined)[] {
  return CHECKSUM_ALGORITHMS.map((algorithm) => {
    const value = values?.[algorithm];
    return value === undefined ? undefined : element(checksumElement(algorithm), value);
  });
}

/** The values and the type. */
export function checksumElements(checksums: Checksums | undefined): readonly (XmlNode | undefined)[] {
  return checksums === undefined ? [] : [...checksumValueElements(checksums.values), element('ChecksumType', checksums.type)];
}

/** As listings show them: which algorithms there are, not their values. */
export function checksumSummaryElements(checksums: Checksums | undefined): readonly (XmlNode | undefined)[] {
  if (checksums === undefined) return [];
  const algorithms = CHECKSUM_ALGORITHMS.filter((algorithm) => checksums.values[algorithm] !== undefined);
  return [...algorithms.map((algorithm) => element('ChecksumAlgorithm', algorithm)), element('ChecksumType', checksums.type)];
}

/** The checksum children of an element of a request. */
export function readChecksumElements(parent: XmlElement): ChecksumValues {
  const found = CHECKSUM_ALGORITHMS.map((algorithm) => [algorithm, childText(parent, checksumElement(algorithm))] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}
