export function contentOf(name: string, sizeBytes: number): Buffer;
export function md5(bytes: Uint8Array): string;
export function randomFrom(seed: number): () => number;
