/** The processes that serve this installation, and what of them does not go together. */
import { Badge, Note } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import { durationText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { nodeWarnings } from './node-warnings.ts';
import type { NodeState } from './server.ts';

export function NodesSection({ nodes }: { readonly nodes: readonly NodeState[] }) {
  const text = words().settings;
  const locale = language.value.language.tag;
  const { versions, clocksOff } = nodeWarnings(nodes);
  return (
    <section class="section">
      <h2>{text.nodes}</h2>
      {versions.length > 0 && <Note kind="warn">{text.versionsDiffer(versions.join(', '))}</Note>}
      {clocksOff.map((node) => (
        <Note key={node.id} kind="warn">
          {text.nodeClockOff(nameOf(node), durationText(Math.abs(node.clockAheadMs) / 1000, locale))}
        </Note>
      ))}
      <div class="table-room">
        <table class="table">
          <thead>
            <tr>
              <th>{text.node}</th>
              <th>{text.state}</th>
              <th>{text.version}</th>
              <th class="wide-only">{text.since}</th>
              <th class="ends">{text.lastSeen}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.id}>
                <td class="name">
                  {nameOf(node)} {node.isHere && <span class="quiet">{text.thisOne}</span>}
                </td>
                <td>{node.isSilent ? <Badge kind="warn">{text.silent}</Badge> : <Badge kind="good">{text.serving}</Badge>}</td>
                <td>{node.version}</td>
                <td class="wide-only">
                  <Time at={Date.parse(node.startedAt)} />
                </td>
                <td class="ends">
                  <Time at={Date.parse(node.seenAt)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** `files-1`, or with workers `files-1 · 2`. */
function nameOf({ host, worker }: NodeState): string {
  return worker === undefined ? host : `${host} · ${worker}`;
}
