import { openMemoryTrailStore } from './memory-trail-store.ts';
import { trailStoreSuite } from './trail-store-suite.ts';

trailStoreSuite('the trail store in memory', async () => ({ store: openMemoryTrailStore(), close: async () => {} }));
