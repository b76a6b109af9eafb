/**
 * Node's own modules where they exist, without importing them: the same file works in a browser, which has none.
 * `undefined` outside Node (and in Node before 20.16).
 */
export function nodeModule<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}
