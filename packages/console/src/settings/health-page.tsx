/** How the server is, and whether what it gives out can be used by others. */
import { useState } from 'preact/hooks';
import { serverNow } from '../clock.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Badge, Note } from '../components/note.tsx';
import { Size, Time } from '../components/value.tsx';
import { durationText, sizeText } from '../format.ts';
import { isLoopback } from '../loopback.ts';
import { site } from '../site.ts';
import { language, words } from '../words/words.ts';
import { NodesSection } from './nodes-section.tsx';
import { type Check, type Finding, testPublicAddress } from './public-address.ts';
import { fetchNodes, fetchServer, type ServerState, type StoreState } from './server.ts';
import { SettingsTabs } from './settings-tabs.tsx';
import { isAlmostFull } from './troubles.ts';
import { health } from './watch-health.ts';

export function HealthPage() {
  const text = words().settings;
  const [server, reload] = useLoaded(async (signal) => {
    const [found, nodes] = await Promise.all([fetchServer(signal), fetchNodes(signal)]);
    return { found, nodes };
  }, []);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.health}</h1>
        <Button icon="refresh" label={words().shell.retry} onClick={reload} />
      </div>
      <SettingsTabs />
      <Loaded of={server} onRetry={reload}>
        {({ found, nodes }) => (
          <>
            <State server={found} />
            <NodesSection nodes={nodes} />
            <PublicAddress server={found} />
          </>
        )}
      </Loaded>
    </div>
  );
}

const CLOCK_OFF_MS = 60_000;

function State({ server }: { readonly server: ServerState }) {
  const text = words().settings;
  const locale = language.value.language.tag;
  const { stores, disk } = server;
  const offMs = Math.abs(serverNow() - Date.now());
  return (
    <dl class="facts">
      <dt>{text.objectStore}</dt>
      <dd>
        <Ready of={stores.objects} />
      </dd>
      <dt>{text.recordStore}</dt>
      <dd>
        <Ready of={stores.records} />
      </dd>
      <dt>{text.auditTrail}</dt>
      <dd>
        <Ready of={stores.trail} />
      </dd>
      {disk !== undefined && (
        <>
          <dt>{text.disk}</dt>
          <dd class="meter">
            {text.diskFree(sizeText(disk.freeBytes, locale), sizeText(disk.totalBytes, locale))}
            <progress
              class={isAlmostFull(disk) ? 'progress warn' : 'progress'}
              max={disk.totalBytes}
              value={disk.totalBytes - disk.freeBytes}
              aria-label={text.disk}
            />
            {isAlmostFull(disk) && <Note kind="warn">{text.diskFull}</Note>}
          </dd>
        </>
      )}
      {health.value.state === 'known' && health.value.troubles.includes('webhooks') && (
        <>
          <dt>{text.webhooks}</dt>
          <dd>
            <Badge kind="danger">{text.undelivered}</Badge> <a href="/settings/webhooks">{text.webhooksHint}</a>
          </dd>
        </>
      )}
      <dt>{text.memory}</dt>
      <dd>
        <Size bytes={server.memoryBytes} />
      </dd>
      <dt>{text.version}</dt>
      <dd>{server.version}</dd>
      <dt>{text.region}</dt>
      <dd>{server.region}</dd>
      <dt>{text.since}</dt>
      <dd>
        <Time at={Date.parse(server.startedAt)} />
      </dd>
      <dt>{text.clock}</dt>
      <dd>{offMs < CLOCK_OFF_MS ? text.clockRight : text.clockOff(durationText(offMs / 1000, locale))}</dd>
    </dl>
  );
}

function Ready({ of: { isReady, problem } }: { readonly of: StoreState }) {
  const text = words().settings;
  if (isReady) return <Badge kind="good">{text.ready}</Badge>;
  return (
    <>
      <Badge kind="danger">{text.notReady}</Badge> {problem}
    </>
  );
}

type Testing = { readonly state: 'none' } | { readonly state: 'busy' } | { readonly state: 'done'; readonly findings: readonly Finding[] };

function PublicAddress({ server }: { readonly server: ServerState }) {
  const text = words().settings;
  const [testing, setTesting] = useState<Testing>({ state: 'none' });
  const endpoint = isLoopback(server.endpoint) ? site.endpoint : server.endpoint;
  const test = async () => {
    setTesting({ state: 'busy' });
    setTesting({ state: 'done', findings: await testPublicAddress(server) });
  };
  return (
    <section class="section">
      <div class="section-head">
        <div class="row wrap">
          <h2>{text.testTitle}</h2>
          <span class="quiet">{text.testHint}</span>
        </div>
        <Button icon="globe" isDisabled={testing.state === 'busy'} onClick={() => void test()}>
          {testing.state === 'busy' ? text.testing : text.runTest}
        </Button>
      </div>
      {isLoopback(endpoint) && testing.state !== 'done' && <Note kind="warn">{text.testLocal(new URL(endpoint).host)}</Note>}
      <dl class="facts">
        <dt>{text.links}</dt>
        <dd class="mono">{endpoint}</dd>
        <dt>{text.pages}</dt>
        <dd class="mono">{isLoopback(server.consoleUrl) ? location.origin : server.consoleUrl}</dd>
        <dt>{text.yourAddress}</dt>
        <dd class="mono">{server.address}</dd>
      </dl>
      <ul class="findings" aria-live="polite">
        {testing.state === 'done' &&
          testing.findings.map((finding) => <FindingLine key={finding.check} finding={finding} endpoint={endpoint} />)}
      </ul>
    </section>
  );
}

function FindingLine({ finding: { check, isGood }, endpoint }: { readonly finding: Finding; readonly endpoint: string }) {
  const text = words().settings;
  const sentences: Readonly<Record<Check, readonly [good: string, bad: string]>> = {
    local: [text.testLocalOk, text.testLocal(new URL(endpoint).host)],
    secure: [text.testSecure, text.testInsecure],
    signed: [text.testSigned, text.testSignedFailed],
    presigned: [text.testPresigned, text.testPresignedFailed],
    proxy: [text.testProxyOk, text.testProxy],
  };
  return (
    <li class={isGood ? 'good' : 'warn'}>
      <Icon name={isGood ? 'check' : 'danger'} />
      {sentences[check][isGood ? 0 : 1]}
    </li>
  );
}
